"""What people read about a booking: through the real services, the outbox and SMTP."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from icalendar import Calendar

from accounts.models import User
from common.times import range_text
from notifications.models import Notification
from notifications.services import Due, schedule_notices
from notifications.tasks import drain_outbox
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, edit_brief, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.notices.emails import last_move
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.models import Booking, Brief, Engagement, Feedback
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at, make_mentor, make_person
from tests.smtp import smtp_sink, text_of, words_of  # noqa: F401 - smtp_sink is a fixture

START = at("2026-11-26 14:30")
END = START + timedelta(minutes=25)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUESTION = "My manager matched my offer. Do I stay & <wait>?"
ALICE, BOB = "alice@example.org", "bob@example.org"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def book(offer, bob):
    """book(instant=False, …): bob books alice."""

    def make(start: datetime = START, *, instant: bool = True, now: datetime = NOW) -> Booking:
        offer.instant = instant
        offer.save()
        return book_session(offer=offer, start=start, brief=BriefInput(question=QUESTION), mentee=bob, now=now)

    return make


@pytest.fixture
def told(book, read):
    """told(…) books as `book` does, and both have read about it."""

    def make(**options) -> Booking:
        booking = book(**options)
        assert set(read(NOW)) == {ALICE, BOB}
        return booking

    return make


@pytest.fixture
def read(smtp_sink):  # noqa: F811
    """read(now) sends what is due at this moment and gives it by recipient, one mail each."""

    def drain(now: datetime) -> dict:
        smtp_sink.mails.clear()
        drain_outbox(now)
        mails = {mail["To"].addresses[0].addr_spec: mail for mail in smtp_sink.mails}
        assert len(mails) == len(smtp_sink.mails)
        assert list(Notification.objects.exclude(last_error="").values_list("kind", "last_error")) == []
        return mails

    return drain


def subjects(mails: dict) -> dict[str, str]:
    return {address: mail["Subject"] for address, mail in mails.items()}


def first_lines(mails: dict) -> dict[str, str]:
    return {address: text_of(mail).split("\n")[0] for address, mail in mails.items()}


def test_booked_mail_says_all_that_the_mentee_needs(book, read):
    booking = book()

    mail = read(NOW)[BOB]

    page = f"https://mentoring.example/sessions/{booking.uuid}/"
    assert text_of(mail) == (
        "You’re booked with Alice Adair\n\n"
        "Thursday 26 November\n20:00–20:25\n\n"
        "Kolkata (IST). 14:30–14:55 for Alice in London.\n\n"
        f"Your question:\n“{QUESTION}”\n\n"
        f"Open the session:\n{page}\n\n"
        "25 minutes by video. You’ll find the joining link on the session page. It opens at 19:50.\n\n"
        "The call takes place in your browser, without an account elsewhere. "
        f"Try your camera and microphone ({page}room/) beforehand.\n\n"
        f"Two minutes now make the 25 count for more: Help Alice prepare ({page}question/).\n\n"
        f"Plans changed? Reschedule it ({page}move/) until Thu 26 Nov, 18:00, or cancel it ({page}cancel/). "
        "Sooner is kinder.\n\n"
        "--\nYou’re getting this because you booked a session.\nChoose which emails you get: https://mentoring.example/settings/notifications/\n"
        "Quarterhour https://mentoring.example\n"
    )


def test_mail_gives_the_mentors_time_by_the_zone_of_their_week_as_the_page_does(book, read, alice, bob, client_for):
    """Both are in the same zone by their accounts, where the other's time would be left out."""
    User.objects.filter(pk=alice.pk).update(timezone=bob.timezone)
    booking = book()

    mail = text_of(read(NOW)[BOB])
    page = client_for(bob).get(f"/sessions/{booking.uuid}/")

    assert "14:30–14:55 for Alice in London" in mail
    assert '<time datetime="2026-11-26T14:30Z">14:30–14:55</time> for Alice in London' in page.content.decode()


def booked(book, alice, bob):
    book()
    return NOW


def reminded_a_day_before(book, alice, bob):
    book()
    return START - DAY


def reminded_an_hour_before(book, alice, bob):
    book()
    Notification.objects.filter(kind="reminder_day").delete()
    return START - HOUR


def asked(book, alice, bob):
    book(instant=False)
    return NOW


def accepted(book, alice, bob):
    accept_booking(booking=book(instant=False), by=alice, now=NOW)
    return NOW


def extended(book, alice, bob):
    extend_request(booking=book(instant=False), by=alice, now=NOW)
    Notification.objects.exclude(kind="extended").delete()
    return NOW


def declined(book, alice, bob):
    decline_booking(booking=book(instant=False), by=alice, reason="I know too little about it.", now=NOW)
    return NOW


def expired(book, alice, bob):
    book(instant=False)
    expire_overdue(now=NOW + DAY)
    return NOW + DAY


def withdrawn(book, alice, bob):
    withdraw_booking(booking=book(instant=False), by=bob, now=NOW)
    return NOW


def moved_by_mentee(book, alice, bob):
    move_booking(booking=book(), start=at("2026-11-27 10:00"), by=bob, now=NOW)
    return NOW


def cancelled_by_mentor(book, alice, bob):
    cancel_booking(booking=book(), by=alice, reason="My flight was moved.", now=NOW)
    return NOW


def cancelled_by_mentee(book, alice, bob):
    cancel_booking(booking=book(), by=bob, reason="", now=NOW)
    return NOW


def cancelled_by_staff(book, alice, bob):
    cancel_booking(booking=book(), by=make_person("maria@example.org", "Maria"), reason="A rule.", now=NOW)
    return NOW


def asked_for_feedback(book, alice, bob):
    book()
    Notification.objects.filter(due_at__lt=END).delete()
    complete_ended(now=END)
    return END + 2 * HOUR


def asked_once_more(book, alice, bob):
    asked_for_feedback(book, alice, bob)
    Notification.objects.filter(kind="feedback_request").delete()
    return END + 48 * HOUR


# What these say answers a mail about the booking itself.
ANSWERS = (withdrawn, moved_by_mentee, cancelled_by_mentor, cancelled_by_mentee, cancelled_by_staff)

MAILS = [
    (
        booked,
        {ALICE: "Booked: Bob, Thu 26 Nov, 14:30 (London)", BOB: "Booked: Alice, Thu 26 Nov, 20:00 (Kolkata)"},
        {ALICE: "Bob Bose booked 25 minutes", BOB: "You’re booked with Alice Adair"},
    ),
    (
        reminded_an_hour_before,
        {
            ALICE: "At 14:30 (London): Bob. The link is inside",
            BOB: "At 20:00 (Kolkata): Alice. The link is inside",
        },
        {
            ALICE: "Your session with Bob Bose starts at 14:30",
            BOB: "Your session with Alice Adair starts at 20:00",
        },
    ),
    (
        asked,
        {
            ALICE: "Bob is asking for 25 min: Thu 26 Nov, 14:30 (London)",
            BOB: "Sent to Alice: Thu 26 Nov, 20:00 (Kolkata)",
        },
        {ALICE: "Bob Bose would like 25 minutes with you by video", BOB: "We’ve asked Alice Adair"},
    ),
    (
        accepted,
        {ALICE: "Booked: Bob, Thu 26 Nov, 14:30 (London)", BOB: "Booked: Alice, Thu 26 Nov, 20:00 (Kolkata)"},
        {
            ALICE: "You accepted Bob Bose’s request: 25 minutes",
            BOB: "Alice accepted. You’re booked with Alice Adair",
        },
    ),
    (
        extended,
        {BOB: "Alice needs more time to answer: Thu 26 Nov, 20:00 (Kolkata)"},
        {BOB: "Alice Adair needs more time to answer"},
    ),
    (
        declined,
        {BOB: "Alice can’t take your session: Thu 26 Nov, 20:00 (Kolkata)"},
        {BOB: "Alice Adair can’t take this session"},
    ),
    (
        expired,
        {BOB: "Alice didn’t answer in time: Thu 26 Nov, 20:00 (Kolkata)"},
        {BOB: "Alice Adair didn’t answer in time"},
    ),
    (
        withdrawn,
        {ALICE: "Bob withdrew the request for Thu 26 Nov, 14:30 (London)"},
        {ALICE: "Bob Bose withdrew the request for"},
    ),
    (
        moved_by_mentee,
        {ALICE: "New time: Bob, Fri 27 Nov, 10:00 (London)", BOB: "New time: Alice, Fri 27 Nov, 15:30 (Kolkata)"},
        {ALICE: "Bob Bose rescheduled your session to", BOB: "You rescheduled your session with Alice Adair to"},
    ),
    (
        cancelled_by_mentor,
        {
            ALICE: "You cancelled your session with Bob: Thu 26 Nov, 14:30 (London)",
            BOB: "Cancelled by Alice: Thu 26 Nov, 20:00 (Kolkata)",
        },
        {ALICE: "You cancelled your session with Bob Bose", BOB: "Alice Adair had to cancel"},
    ),
    (
        cancelled_by_mentee,
        {
            ALICE: "Cancelled by Bob: Thu 26 Nov, 14:30 (London)",
            BOB: "You cancelled your session with Alice: Thu 26 Nov, 20:00 (Kolkata)",
        },
        {ALICE: "Bob Bose cancelled", BOB: "You cancelled your session with Alice Adair"},
    ),
    (
        cancelled_by_staff,
        {ALICE: "Cancelled: Bob, Thu 26 Nov, 14:30 (London)", BOB: "Cancelled: Alice, Thu 26 Nov, 20:00 (Kolkata)"},
        {
            ALICE: "The Quarterhour team cancelled your session with Bob Bose",
            BOB: "The Quarterhour team cancelled your session with Alice Adair",
        },
    ),
    (
        asked_for_feedback,
        {ALICE: "Did you answer Bob’s question?", BOB: "Did 25 minutes with Alice help?"},
        {
            ALICE: "Your session with Bob Bose, Thu 26 Nov, 14:30 (London)",
            BOB: "Your session with Alice Adair, Thu 26 Nov, 20:00 (Kolkata)",
        },
    ),
    (
        asked_once_more,
        {ALICE: "One question about your session with Bob", BOB: "One question about your session with Alice"},
        {
            ALICE: "Your session with Bob Bose, Thu 26 Nov, 14:30 (London)",
            BOB: "Your session with Alice Adair, Thu 26 Nov, 20:00 (Kolkata)",
        },
    ),
]


@pytest.mark.parametrize(("story", "headers", "openings"), MAILS, ids=[story.__name__ for story, *_rest in MAILS])
def test_mails_of_a_story(story, headers, openings, book, told, read, alice, bob):
    mails = read(story(told if story in ANSWERS else book, alice, bob))

    assert subjects(mails) == headers
    assert first_lines(mails) == openings
    for mail in mails.values():
        said, shown = words_of(mail)
        assert said == shown
        assert "<wait>" not in mail.get_body(("html",)).get_content()
        assert len(mail.as_bytes()) < 30_000


def test_reminder_a_day_before_asks_for_the_question_once_more(book, read, alice, bob):
    booking = book()
    read(NOW)

    mails = read(START - DAY)

    assert subjects(mails) == {
        ALICE: "Tomorrow’s session: Bob, Thu 26 Nov, 14:30 (London)",
        BOB: "Tomorrow’s session: Alice, Thu 26 Nov, 20:00 (Kolkata)",
    }
    brief = f"https://mentoring.example/sessions/{booking.uuid}/question/"
    assert [brief in text_of(mails[address]) for address in (BOB, ALICE)] == [True, False]


@pytest.mark.parametrize(("service", "links"), [("", 1), ("https://meet.example.org/{token}", 0)])
def test_devices_can_be_tried_before_a_call_that_is_held_here(service, links, settings, book, read):
    settings.MEETING_URL = service
    page = f"https://mentoring.example/sessions/{book().uuid}/room/"

    booked, day_before = read(NOW)[BOB], read(START - DAY)

    assert [text_of(mail).count(page) for mail in (booked, *day_before.values())] == [links] * 3


def test_mentor_is_reminded_of_a_waiting_request_unless_they_took_more_time(book, read, alice, bob):
    booking = book(instant=False)
    read(NOW)
    half = NOW + DAY / 2

    with_time = dict(Notification.objects.filter(kind="request_waiting").values_list("kind", "state"))
    reminded = subjects(read(half))

    assert (with_time, reminded) == (
        {"request_waiting": "pending"},
        {ALICE: "Bob is waiting for your answer: Thu 26 Nov, 14:30 (London)"},
    )
    assert booking.extended is False


def test_mentor_who_took_more_time_is_left_alone(book, read, alice):
    booking = book(instant=False)
    read(NOW)
    extend_request(booking=booking, by=alice, now=NOW + HOUR)
    read(NOW + HOUR)

    assert read(NOW + DAY / 2) == {}
    assert Notification.objects.get(kind="request_waiting").reason == "more time taken"


def test_mail_is_rendered_when_it_is_sent(book, read, bob, alice):
    booking = book()
    read(NOW)
    edit_brief(booking=booking, brief=BriefInput("Which of the two offers?"), by=bob, now=NOW)
    User.objects.filter(pk=bob.pk).update(timezone="America/New_York", hour_cycle="12")
    User.objects.filter(pk=alice.pk).update(name="Alice Newname")

    mail = read(START - DAY)[BOB]

    assert "Alice, Thu 26 Nov, 9:30 am (New York)" in mail["Subject"]
    shown = ["Alice Newname", "Thursday 26 November\n9:30–9:55\xa0am", "New York (EST)", "2:30–2:55 pm"]
    assert [words for words in [*shown, "“Which of the two offers?”"] if words not in text_of(mail)] == []


def test_mail_about_an_older_version_is_not_sent(book, read, bob):
    booking = book()
    Booking.objects.filter(pk=booking.pk).update(version=booking.version + 1)

    assert read(NOW) == {}
    assert set(Notification.objects.filter(kind="booked").values_list("state", "reason")) == {("obsolete", "moved on")}


def test_mail_about_a_booking_that_is_gone_is_not_sent(book, read):
    book()
    Notification.objects.filter(kind="booked").update(subject_id=0)

    assert read(NOW) == {}
    assert set(Notification.objects.filter(kind="booked").values_list("reason", flat=True)) == {"no such booking"}


def test_whoever_has_answered_is_not_asked_again(book, read, alice, bob):
    now = asked_for_feedback(book, alice, bob)
    booking = Booking.objects.get()
    Feedback.objects.create(booking=booking, author=bob, role="mentee", resolution="yes", created_at=END)

    assert list(read(now)) == [ALICE]


def test_feedback_links_only_choose_an_answer(book, read, alice, bob):
    text = text_of(read(asked_for_feedback(book, alice, bob))[BOB])

    page = f"https://mentoring.example/sessions/{Booking.objects.get().uuid}/feedback/"
    assert [line for line in text.splitlines() if line.startswith(page)] == [
        f"{page}?answer=yes",
        f"{page}?answer=partly",
        f"{page}?answer=no",
    ]
    assert "Nothing is sent until you press the button there." in text


def test_person_without_a_zone_reads_utc(book, read, bob, alice):
    User.objects.filter(pk=bob.pk).update(timezone="")
    book()

    mails = read(NOW)

    assert "Thu 26 Nov, 14:30 (UTC)" in mails[BOB]["Subject"]
    assert [words in text_of(mails[BOB]) for words in ("UTC", "14:30–14:55", "London")] == [True] * 3
    # Where Bob is isn't known, so only her own time is in Alice's mail.
    assert "London (GMT).\n" in text_of(mails[ALICE])


def test_called_off_session_names_who_else_is_free_soonest(book, read, alice, bob):
    for name, zone in (("Tomas Herrera", "Europe/Madrid"), ("Ingrid Solheim", "Europe/Oslo")):
        make_mentor(
            make_person(f"{name[:3].lower()}@example.org", name, zone),
            asks=("My manager matched my offer",),
        )
    book(instant=False)

    text = text_of(read(declined_now(alice))[BOB])

    brief = "?" + urlencode({"q": QUESTION, "follows": Engagement.objects.get().uuid})
    tomas = f"https://mentoring.example/mentors/tomas-herrera/{brief}"
    assert f"Tomas Herrera ({tomas}), Wed 25 Nov, 13:30" in text
    assert "Ingrid Solheim" in text
    assert "Alice Adair (" not in text


def declined_now(alice: User) -> datetime:
    decline_booking(booking=Booking.objects.get(), by=alice, reason="Away", now=NOW)
    return NOW


@pytest.mark.parametrize(
    ("story", "method", "status"),
    [
        (booked, "REQUEST", "CONFIRMED"),
        (accepted, "REQUEST", "CONFIRMED"),
        (moved_by_mentee, "REQUEST", "CONFIRMED"),
        (cancelled_by_mentor, "CANCEL", "CANCELLED"),
    ],
)
def test_calendar_of_a_story(story, method, status, book, told, read, alice, bob):
    mails = read(story(told if story in ANSWERS else book, alice, bob))

    booking = Booking.objects.get()
    for mail in mails.values():
        part = mail.get_body(("calendar",)) or next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
        [file] = mail.iter_attachments()
        calendar = Calendar.from_ical(file.get_payload(decode=True))
        [event] = calendar.walk("VEVENT")
        assert (dict(part["Content-Type"].params)["method"], calendar["method"], event["status"]) == (
            method,
            method,
            status,
        )
        assert (event.decoded("dtstart"), event["sequence"]) == (booking.start, booking.sequence)
        assert part.get_content().split() == file.get_payload(decode=True).decode().split()


@pytest.mark.parametrize(
    "story",
    [asked, declined, expired, withdrawn, reminded_an_hour_before, asked_for_feedback],
    ids=lambda s: s.__name__,
)
def test_other_stories_bring_no_calendar(story, book, read, alice, bob):
    mails = read(story(book, alice, bob))

    assert [list(mail.iter_attachments()) for mail in mails.values()] == [[]] * len(mails)


def test_withdrawn_by_cancelling_brings_no_calendar_either(book, read, bob):
    booking = book(instant=False)
    read(NOW)
    Booking.objects.filter(pk=booking.pk).update(state="cancelled", ended_by=bob, version=1)
    people = booking.participants
    schedule_notices(
        *(Due("cancelled", person, "booking", booking.pk, 1, NOW, NOW + DAY) for person in people), now=NOW
    )

    mails = read(NOW)

    assert [list(mail.iter_attachments()) for mail in mails.values()] == [[], []]


def test_mails_of_one_booking_thread(book, read):
    booking = book()

    mails = [*read(NOW).values(), *read(START - DAY).values()]

    thread = f"<booking-{booking.uuid}@mentoring.example>"
    assert {(mail["In-Reply-To"], mail["References"]) for mail in mails} == {(thread, thread)}
    assert len({mail["Message-ID"] for mail in mails}) == 4


@pytest.mark.parametrize(
    ("mentor_zone", "mentee_zone"),
    [
        ("Asia/Kolkata", "Europe/London"),
        ("Europe/London", "America/New_York"),
        ("Australia/Lord_Howe", "America/St_Johns"),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
        ("Africa/Casablanca", "Asia/Kathmandu"),
        ("America/Santiago", "Europe/Berlin"),
    ],
)
@pytest.mark.parametrize(
    "start",
    ["2026-11-01 05:40", "2027-03-14 06:50", "2027-03-28 00:50", "2027-04-03 15:20"],
    ids=lambda text: text[:10],
)
def test_mail_and_calendar_show_the_same_instant(mentor_zone, mentee_zone, start, db, read):
    mentor = make_person("mentor@example.org", "Mo", mentor_zone)
    mentee = make_person("mentee@example.org", "Tee", mentee_zone)
    week = [(day, 0, 1440) for day in range(1, 8)]
    profile = make_mentor(mentor, windows=week, horizon_days=365)
    profile.offers.update(step=5)
    now = at(start) - 10 * DAY
    booking = book_session(
        offer=profile.offers.get(), start=at(start), brief=BriefInput(question="Why?"), mentee=mentee, now=now
    )

    for address, mail in read(now).items():
        own, other = (mentor_zone, mentee_zone) if address == "mentor@example.org" else (mentee_zone, mentor_zone)
        [file] = mail.iter_attachments()
        [event] = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
        assert event.decoded("dtstart") == at(start)
        assert range_text(booking.start, booking.end, own) == text_of(mail).split("\n")[3]
        assert range_text(booking.start, booking.end, other) in text_of(mail).split("\n")[5]


def test_last_move_is_the_newest_change_of_the_time(book, alice, bob):
    booking = book()
    booking = move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW + HOUR)
    booking = move_booking(booking=booking, start=START, by=alice, now=NOW + 2 * HOUR)

    by, old = last_move(booking)

    assert (by, old.lower) == (alice.pk, at("2026-11-27 10:00"))


def test_brief_of_another_booking_never_shows(book, read):
    book()
    Brief.objects.create(question="A secret of somebody else")

    assert all("secret" not in text_of(mail) for mail in read(NOW).values())


def test_mails_about_a_chat_lead_to_the_page_and_to_no_call(book, read, offer):
    offer.format = "chat"
    offer.save()
    book()

    mails = [mail for moment in (NOW, START - DAY, START - HOUR) for mail in read(moment).values()]

    assert len(mails) == 6
    assert {("chat" in text_of(mail), "call" in text_of(mail), "joining link" in text_of(mail)) for mail in mails} == {
        (True, False, False)
    }


def test_only_a_mentor_who_cancels_is_led_to_the_hours_of_that_day(told, read, alice, bob):
    page = "https://mentoring.example/mentor/availability/dates/add/?t=2026-11-26T14%3A30Z"
    led = []
    for by in (alice, bob):
        cancel_booking(booking=told(), by=by, reason="I am ill", now=NOW)
        mails = read(NOW)
        led.append([page in text_of(mails[address]) for address in (ALICE, BOB)])

    assert led == [[True, False], [False, False]]


def test_a_kind_of_help_that_is_something_else_is_no_line_of_a_mail(book, read, bob):
    booking = book()
    edit_brief(booking=booking, brief=BriefInput(QUESTION, "other"), by=bob, now=NOW)
    read(NOW)

    assert Brief(issue_type="other").get_issue_type_display() not in text_of(read(START - DAY)[ALICE])


def test_the_mentors_mails_have_a_line_of_the_brief(book, read, bob):
    booking = book()
    answers = {"options": "Stay\nGo " + "and tell them " * 20, "sure": 6}
    brief = BriefInput(QUESTION, "decision", needed_by=START.date(), answers=answers)
    edit_brief(booking=booking, brief=brief, by=bob, now=NOW)
    read(NOW)

    mails = read(START - DAY)

    options = ("Options: Stay Go " + "and tell them " * 20)[:99] + "…"
    line = f"A decision · Needed by: Thu 26 Nov · {options} · How sure: 6 of 10"
    assert (line in text_of(mails[ALICE]), "Options" in text_of(mails[BOB])) == (True, False)
