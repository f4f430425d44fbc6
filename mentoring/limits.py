"""Limits and deadlines, as numbers; the settings take them up. A clear message says when one is reached."""

from datetime import timedelta

# How old a copy of the database may be that visitors' pages are read from, and how often it is asked
REPLICA_BEHIND = timedelta(seconds=5)
REPLICA_ASKED_EVERY = timedelta(seconds=5)
# What one person has open: all dates with one mentor count once, and each question in writing
MAX_OPEN_BOOKINGS = 3
MAX_CONTACTS = 4
MAX_COUNTER_TIMES = 3
SERIES_SPAN = timedelta(days=28)
HOLD_MINUTES = 10
# By address of a visitor, whatever they hold, and of one mentor's time
MAX_HOLDS_PER_HOUR = 20
MAX_HOLDS_OF_ONE_MENTOR_AN_HOUR = 10
# By person, with all others and with one of them; what is cancelled counts, cancelling itself is never refused
MAX_BOOKINGS_AN_HOUR = 20
MAX_BOOKINGS_TOGETHER_A_DAY = 8
MAX_MOVES_A_DAY = 30
MAX_MOVES_TOGETHER_A_DAY = 10
REQUEST_DEADLINE = timedelta(hours=24)
MAX_MOVES = 30
# What a person missed adds up to a number: from the first of these sessions are confirmed, then paused, then looked at.
LEDGER_CONFIRMS_FROM = 1.5
LEDGER_PAUSES_FROM = 2.2
LEDGER_REVIEWED_FROM = 3.2
LEDGER_PAUSE = timedelta(days=14)
EXCUSE_EVERY = timedelta(days=365)
MAX_FILES = 5
MAX_MESSAGES = 30
# How long someone waits for freed time, and how long it is held for them by day
WAITS_FOR = timedelta(days=30)
MAX_WAITINGS = 5
# For who waits, mentors are asked one after the other; how long each has while they are awake. In writing only later
ROUTE_LASTS = timedelta(hours=6)
MAX_ROUTES = 6
WRITERS_AFTER = timedelta(hours=12)
MAX_WRITER_ROUTES = 2
# By person who waits, whatever they wait for
MAX_ROUTES_A_DAY = 8
# By mentor: asked at the same time for people who wait, and how often in all
MAX_ROUTES_OPEN = 2
ROUTE_EVERY = timedelta(hours=20)
# Who didn't answer the last request is asked after the others for so long
SILENCE_COUNTS_FOR = timedelta(days=28)
MAX_SAVED_MENTORS = 200
TIME_HELD_FOR = timedelta(hours=2)
# How long freed time waits for a worker to ask the line, at most: four of its looks
RESERVED_FOR = timedelta(minutes=2)
# From one person to another, but not of bookings, reminders, cancellations; kept by notifications/sending/caps.py
MAX_MAILS_PER_DAY = 30
REAPPLY_AFTER = timedelta(days=30)
# Calendars elsewhere, and how soon after one another a person can have the same one read
MAX_CALENDARS = 5
CALENDAR_LOOK_EVERY = timedelta(minutes=1)
# Of a person; of a programme: managers, links that can be used, and how many people one link lets in
MAX_PROGRAMMES = 50
MAX_MANAGERS = 20
# Copies of programmes that one manager hasn’t opened yet
MAX_PROGRAMME_DRAFTS = 3
MAX_INVITATION_LINKS = 10
MAX_INVITATION_USES = 5000
# A list of people for a programme; whom lists have invited and who aren't in yet; invitations mailed in a minute
MAX_LIST_ROWS, MAX_LIST_BYTES = 10_000, 5 * 1024 * 1024
MAX_INVITED = 20_000
# Domains of one programme, and claims of sign-ins
MAX_DOMAINS, MAX_CLAIMS = 20, 50
INVITATIONS_A_MINUTE = 100
# Announcements of one programme in seven days, and how many people are told of one in a transaction
MAX_ANNOUNCEMENTS, ANNOUNCED_AT_ONCE = 2, 500
# Reminders of one programme that a run of the clock sends
REMINDERS_A_RUN = 100
# Sites that may show a programme's box, and how long an answer of it is kept
MAX_BOX_ORIGINS = 20
BOX_KEEPS = timedelta(minutes=1)
# What programs may ask for, see docs/api.md
API_ADDRESS_A_MINUTE = 60
API_PERSON_A_MINUTE = 600
API_LARGEST_BODY = 256 * 1024
# After this, read lines of the inbox go; and all of its lines, and mails that have come to an end
INBOX_KEEPS_READ = timedelta(days=180)
NOTICES_KEEP = timedelta(days=365)
EVENTS_KEEP_PRIVATE, EVENTS_KEEP_MEETINGS = timedelta(days=30), timedelta(days=730)
# People's own data: how long a copy can be downloaded, how often one is made, and how long a removal can be taken back
EXPORT_KEEPS, EXPORT_EVERY = timedelta(days=1), timedelta(days=1)
ERASURE_GRACE = timedelta(days=7)
# What is emptied or deleted once it is older than this: docs/deployment.md lists what each name stands for
RETENTION = {
    "conversations": timedelta(days=365),
    "cases": timedelta(days=36 * 30),
    "copies": timedelta(days=90),
    "policy reports": timedelta(days=90),
    "idle accounts": timedelta(days=730),
    "invited addresses": timedelta(days=180),
    "unfinished lists": timedelta(days=14),
}
