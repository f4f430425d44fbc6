"""A page that has grown old acts on nothing: what a person saw goes with every form and call that acts.

Every address that takes a form is declared here: what it acts on can change (ACTS), or why no mark is needed (FREE).
"""

import re
from datetime import date, datetime
from urllib.parse import urljoin

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver

from common.pages.seen import FIELD
from mentors.models import Topic
from mentors.services import ProfileTexts, save_words, submit_profile
from programmes.models import Audience
from programmes.words.announcing import Words
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.attendance.disputes import contest_missed
from sessions_app.booking.changes import edit_brief, move_booking
from sessions_app.booking.requests import accept_booking
from sessions_app.models import Booking, BookingState, DateOverride, HeldTime, Role
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import decline_time, take_time
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW, at
from tests.reading_client import Marks
from tests.sessions_app.conftest import QUESTION, ask_first, booking, request_for  # noqa: F401 - fixtures
from tests.sessions_app.helpers.pages import text_of
from tests.sessions_app.views.test_week import form_data
from tests.test_access import ACCESS, NOT_ALLOWED, client_as, rows_of_our_tables, scene  # noqa: F401 - two are fixtures
from tests.test_bad_input import fields_in, reader_of
from tests.test_project import routes

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
STALE = "a mark of nothing"

# Of the rules of a programme
SWITCHES = ("members_stay", "only_members", "units_apart")
NO_SHARE = {"first_share": ""}
WORDS = Words(Audience.ALL, "We meet on Friday.")
# What is sent beside what the page holds
ACTS: dict[str, dict[str, str]] = {
    "mentor_apply": {"name": "Alice Adair", "headline": "Another headline"},
    "mentor_profile_send": {},
    "mentor_profile_discard": {},
    "mentor_offer_edit": {"title": "A talk", "length": "30", "format": "video", "at_once": "yes"},
    "mentor_offer_switch": {"show": "no"},
    "staff_topic_edit": {"name": "Another name"},
    "staff_text": {"body": "Be kind."},
    "staff_profile": {"decision": "approve"},
    "staff_profile_act": {"reason": "Because."},
    "staff_attendance": {"decision": "held", "reason": ""},
    "staff_words": {"decision": "show"},
    "session_attendance": {"say": "contest", "words": "I was there."},
    "session_question": {"question": "Another question?"},
    "session_move": {"start": "2026-11-27T10:00Z"},
    "session_cancel": {"reason": "I know now."},
    "session_respond": {"answer": "accept"},
    "session_counter": {"start": "2026-11-27T10:00Z"},
    "session_choose": {"start": "2026-11-27T10:00Z"},
    "session_further_check": {"key": "k", "start": "2026-12-03T10:00Z"},
    "session_more_time": {},
    "written_end": {"reason": "Not my field."},
    "held_time": {"question": "Do I?"},
    "event_edit": {"title": "Second jobs"},
    "event_cancel": {"reason": "Flood"},
    "programme_settings": {"name": "Autumn cohort"},
    "programme_look": {"colour": "#336699", "origins": ""},
    "programme_rules": {"most_sessions": "9", "first_share": "25", "most_open": "5", **dict.fromkeys(SWITCHES, "")},
    "staff_programme_rules": {
        "most_sessions": "8",
        "first_share": "20",
        "most_open": "5",
        **dict.fromkeys(SWITCHES, ""),
    },
    "programme_words": {"audience": "all", "text": WORDS.text, "link": "", "foreseen": WORDS.mark},
    "programme_reminders": {"reminders": "on"},
    "programme_state": {"state": "closed"},
    "programme_list_check": {"act": "apply"},
    "programme_list_row": {"act": "mend", "address": "b@example.org", "name": "", "sides": "", "unit": ""},
    "event_desk": {"act": "skip", "round": "2"},
    "mentor_availability": {},
    "mentor_date": {"day": "2026-12-09", "kind": "closed"},
    "mentor_time_off": {"first": "2026-12-09", "last": "2026-12-10"},
}
# Where what the page holds is taken together with the buttons for something else
ALONE = {"session_question", "session_counter", "mentor_availability", "mentor_date", "held_time", "session_more_time"}
OWN = "one's own words or wishes, which nobody else changes: the last word stands"
ADDS = "makes something new; nothing that there is is changed"
ONCE = "happens once, whatever the page showed, and is refused or does nothing after that"
FREE: dict[str, str] = {
    **dict.fromkeys(
        (
            "settings",
            "appearance",
            "time_zone",
            "notification_settings",
            "save_mentor",
            "saved_gone",
            "session_feedback",
            "session_step",
            "session_takeaway",
            "free_now",
            "still_here",
            "programme_leave",
            "programme_minutes",
            "programme_shown",
            "programme_figures",
            "session_follow_up",
            "written_feedback",
            "written_follow_up",
            "event_register",
            "event_wishes",
            "event_after",
            "event_me_too",
            "event_goal",
        ),
        OWN,
    ),
    **dict.fromkeys(
        (
            "app_add",
            "codes_renew",
            "factor_remove",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "my_data_copy",
            "passkey_add",
            "passkey_sign_in",
            "provider_answer",
            "provider_connect",
            "provider_sign_in",
            "connection_remove",
            "second_step_lost",
            "staff_reset_approve",
            "web_session_end",
            "web_sessions_end",
            "tokens",
            "external_calendars",
            "calendar_consent",
            "book_email",
            "ask",
            "ask_email",
            "wait",
            "wait_email",
            "session_files",
            "thread_files",
            "mentor_offer_add",
            "staff_topic_add",
            "staff_roles",
            "staff_programmes",
            "staff_programme",
            "programme_copy",
            "programme_links",
            "programme_list",
            "staff_programme_domains",
            "staff_programme_claims",
            "staff_letter",
            "contact",
            "policy_report",
            "staff_webhook_add",
            "mentor_date_add",
            "mentor_time_off_add",
            "api_bookings",
            "event_new",
            "event_hours_new",
            "event_invite",
            "event_plan",
        ),
        ADDS,
    ),
    **dict.fromkeys(
        (
            "keep_account",
            "staff_letters",
            "remove_account",
            "token_stop",
            "unsubscribe",
            "figure_mail",
            "notifications_read",
            "staff_delivery_retry",
            "staff_deliveries_retry",
            "staff_clock_retry",
            "staff_webhook_resend",
            "staff_webhook_resend_all",
            "staff_clock_retry",
            "shared_file_remove",
            "session_words",
            "consent_withdraw",
            "written_words",
            "thread_read",
            "waiting_leave",
            "asked_for_help",
            "mentor_apply_again",
            "session_join",
            "session_excuse",
            "session_confirm",
            "staff_ledgers",
            "report",
            "report_sent",
            "appeal",
            "staff_appeal",
            "staff_case",
            "staff_ask_mentor",
            "staff_role_end",
            "staff_programme_end",
            "programme_join",
            "programme_manager_end",
            "programme_link_revoke",
            "programme_list_invited",
            "programme_invited",
            "programme_decline",
            "staff_programme_domain_remove",
            "staff_programme_claim_end",
            "part",
            "people_rejoin",
            "staff_contact",
            "event_answer",
            "event_open",
            "event_remove",
            "event_now",
            "event_pair",
            "event_attendance",
            "event_walk_in",
            "event_door",
            "event_witness",
        ),
        ONCE,
    ),
    "programme_member": "what happens once; a unit is saved with a mark of its own (tests/programmes/test_units.py)",
    "staff_signals": "adds words, or switches on or off as the button says, however often",
    "event_meeting": "names the plan that it changes, and only the newest can be changed",
    "event_tables": "replaces what only matters for the next plan, which is asked for after it",
    "mentor_detail": "changes nothing: other times are shown, with the question that was typed",
    "book": "carries the terms that were shown; without any it books what the offer is",
    "thread": "carries the newest message that was read, under the same name, and a key of its own",
    "staff_webhook_change": "carries the number of the secret that was shown",
    "calendar_writing": "one's own choice of where sessions go",
    "external_calendar": "one's own switches, or an act that happens once; the page of a calendar is nobody else's",
    "calendar_settings": "carries the address that it replaces",
    "mentor_certificates": "makes one, or takes back the one that it names",
    "staff_reading": "names the example or proposal that it is about; twice changes no more than once",
    **dict.fromkeys(("accessibility", "help", "how_it_works"), "reads only"),
}
# Signing in and out, and what proves who one is, act on the session of the browser itself.
OF_ACCOUNTS = re.compile("account_")
# Calls of the API have their own walk below.
OF_PROGRAMS = re.compile("api_")
FORMS = [name for name, row in ACCESS.items() if row.post != NOT_ALLOWED]


def test_every_form_is_declared():
    """A new one acts on something that can change, or somebody has said here why it needs no mark."""
    named = {name for name in FORMS if not OF_ACCOUNTS.match(name) and not OF_PROGRAMS.match(name)}

    assert named == (ACTS.keys() | FREE.keys()) - {"api_bookings"}
    assert not ACTS.keys() & FREE.keys()


@pytest.mark.parametrize("seen", [STALE, None])
@pytest.mark.parametrize("name", ACTS)
def test_what_was_not_seen_is_not_acted_on(name, seen, scene, client_as):  # noqa: F811
    """Neither with another mark nor without any. The answer is the page as things are: one press on it does it."""
    client, address = client_as(reader_of(name)), scene.address(name)
    prepare(name, scene)
    moment = scene_moment(name)
    with time_machine.travel(moment, tick=False):
        held = {} if name in ALONE or ACCESS[name].get == NOT_ALLOWED else fields_in(read(client, address))
        data = {**held, **ACTS[name], **about(name, scene)}
        data = {key: value for key, value in data.items() if key != FIELD}
        before = rows_of_our_tables()

        stale = Client.post(client, address, data | ({FIELD: seen} if seen else {}))
        untouched = rows_of_our_tables()
        marks = Marks()
        marks.feed(stale.content.decode())
        fresh = {urljoin(address, action): mark for action, mark in marks.found.items() if mark}
        again = Client.post(client, address, data | {FIELD: fresh[address]})

    assert (stale.status_code, changed(before, untouched)) == (409, set())
    assert again.status_code == 302
    assert changed(before, rows_of_our_tables())


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table in before if before[table] != after[table]}


def prepare(name: str, scene) -> None:  # noqa: F811
    """What must be the case for the act to be possible at all."""
    if name in ("mentor_profile_send", "mentor_profile_discard", "staff_profile"):
        topics = [Topic.objects.get_or_create(name="Work", slug="work")[0]]
        save_words(profile=scene.mentor, words=ProfileTexts(headline="Chief engineer"), topics=topics)
    if name == "staff_profile":
        submit_profile(profile=scene.mentor, by=scene.person("mentor"), now=NOW)
    if name == "staff_words":
        # Words are read once neither side can change them any more.
        answered = Booking.objects.get(uuid=scene.answered)
        give_feedback(booking=answered, by=scene.person("mentor"), now=NOW, answers={"resolution": "yes"})
    if name == "mentor_offer_switch":
        scene.mentor.offers.create(length=45)
    if name == "staff_attendance":
        missed = Booking.objects.get(uuid=scene.missed)
        contest_missed(booking=missed, by=scene.person("mentor"), words="I was there.", now=NOW)


def scene_moment(name: str) -> datetime:
    """Five minutes more can be asked for in the last minutes only."""
    return at("2026-11-26 14:52") if name == "session_more_time" else NOW


def about(name: str, scene) -> dict[str, str]:  # noqa: F811
    """What the forms of a list are about."""
    if name == "staff_attendance":
        return {"session": str(scene.missed)}
    if name == "staff_words":
        return {"feedback": str(Booking.objects.get(uuid=scene.answered).feedback.get(role=Role.MENTEE).pk)}
    if name == "mentor_availability":
        return form_data([(1, 600, 720)])
    return {}


@pytest.mark.parametrize("changes", [{"instant": False}, {"format": "phone"}, {"length": 45}])
@pytest.mark.parametrize("visitor", [False, True])
def test_nobody_books_other_terms_than_they_were_shown(client_for, bob, offer, changes, visitor):
    """The page said "booked straight away"; meanwhile its mentor wants to be asked first."""
    client, address = (Client() if visitor else client_for(bob)), f"/mentors/{offer.profile.slug}/"
    shown = fields_in(read(client, f"{address}?day=2026-11-26"))
    type(offer).objects.filter(pk=offer.pk).update(**changes)
    sent = shown | {"question": "May I?", "start": "2026-11-26T09:00Z"}

    refused = client.post(f"{address}book/", sent)
    made = Booking.objects.count()
    again = fields_in(refused.content.decode())
    booked = client.post(f"{address}book/", sent | {FIELD: again[FIELD]})

    assert shown[FIELD] != again[FIELD]
    assert (refused.status_code, made, again["question"]) == (409, 0, "May I?")
    assert re.search(r'value="2026-11-26T09:00Z"[^>]*checked', refused.content.decode())
    assert (booked.status_code, Booking.objects.count()) == (302, 1)


def test_a_cancel_page_asks_again_where_the_session_was_moved(client_for, alice, bob, booking):  # noqa: F811
    """The mentor reads Thursday; the mentee moves it to Friday; what was to be cancelled is Thursday's."""
    mentor, address = client_for(alice), f"/sessions/{booking.uuid}/cancel/"
    mentor.get(address)
    move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW)

    asked = mentor.post(address, {"reason": "I am ill."})
    booking.refresh_from_db()
    state = booking.state
    mentor.post(address, {"reason": "I am ill."})

    booking.refresh_from_db()
    page = text_of(asked)
    assert (asked.status_code, state) == (409, BookingState.CONFIRMED)
    assert "It’s now Friday 27 November, 10:00–10:25 . Cancel that?" in page
    assert "I am ill." in page
    assert booking.state == BookingState.CANCELLED


def test_a_second_move_page_does_not_undo_the_first(client_for, bob, booking):  # noqa: F811
    one, other, address = client_for(bob), client_for(bob), f"/sessions/{booking.uuid}/move/"
    one.get(address)
    other.get(address)
    one.post(address, {"start": "2026-11-27T10:00Z"})

    second = other.post(address, {"start": "2026-11-27T15:00Z"})

    booking.refresh_from_db()
    assert (second.status_code, booking.start) == (409, at("2026-11-27 10:00"))
    # The choice is kept, and one press away.
    assert re.search(r'value="2026-11-27T15:00Z"[^>]*checked', second.content.decode())
    other.post(address, {"start": "2026-11-27T15:00Z"})
    booking.refresh_from_db()
    assert booking.start == at("2026-11-27 15:00")


def test_withdrawing_does_not_cancel_what_was_accepted_meanwhile(client_for, alice, bob, request_for):  # noqa: F811
    mentee, address = client_for(bob), f"/sessions/{request_for.uuid}/cancel/"
    mentee.get(address)
    accept_booking(booking=request_for, by=alice, now=NOW)

    asked = mentee.post(address, {})

    request_for.refresh_from_db()
    assert (asked.status_code, request_for.state) == (409, BookingState.CONFIRMED)


def test_accepting_is_about_the_question_that_was_read(client_for, alice, bob, request_for):  # noqa: F811
    mentor, address = client_for(alice), f"/sessions/{request_for.uuid}/respond/"
    read = re.search(r'name="brief" value="(\w+)"', mentor.get(address).content.decode()).group(1)
    edit_brief(booking=request_for, brief=BriefInput(question="May I have your job?"), by=bob, now=NOW)

    asked = mentor.post(address, {"answer": "accept", "brief": read})

    request_for.refresh_from_db()
    assert (asked.status_code, request_for.state) == (409, BookingState.REQUESTED)
    assert "May I have your job?" in text_of(asked)


@pytest.mark.parametrize("first", ["take", "decline"])
def test_a_held_time_that_was_answered_in_another_window(client_for, bob, scene, first):  # noqa: F811
    """What was taken isn't said to have gone to the next person, and what was passed on isn't booked."""
    held = HeldTime.objects.get(uuid=scene.held)
    mentee, address = client_for(bob), f"/waiting/held/{held.uuid}/"
    mentee.get(address)
    if first == "take":
        take_time(held=held, question=QUESTION, by=bob, now=NOW)
    else:
        decline_time(held=held, by=bob, now=NOW)
    before = rows_of_our_tables()

    second = {"take": {"decline": "1"}, "decline": {"question": QUESTION}}[first]
    answer = mentee.post(address, second)

    assert (answer.status_code, changed(before, rows_of_our_tables())) == (409, set())


def test_the_own_form_sent_twice_is_no_other_window(client_for, alice, scene):  # noqa: F811
    """Without scripts a button can be pressed twice; the second finds everything as it wants it."""
    mentor, address = client_for(alice), f"/mentor/availability/dates/{scene.override}/"
    data = {"day": "2026-12-09", "kind": "closed", FIELD: DateOverride.objects.get().mark}

    answers = [mentor.post(address, data).status_code for _press in range(2)]

    assert (answers, DateOverride.objects.get().date) == ([302, 302], date(2026, 12, 9))


# Programs


def test_every_call_that_changes_a_thing_says_which_version_was_read():
    """Walks all views of the API: what changes something that has an address takes `version`, and needs it."""
    # What is named is set; makes a new one; saved or not, as it says, however often.
    needless = {("api_me", "patch"), ("api_bookings", "post"), ("api_booking_further", "post")}
    needless |= {("api_save", "put"), ("api_save", "delete")}
    # One's own words, where the last stand; what is made or published is named by its number.
    needless |= {("api_event_register", "post"), ("api_event_wishes", "put")}
    needless |= {("api_event_plans", "post"), ("api_event_publish", "post")}
    needless |= {("api_booking_feedback", "put"), ("api_engagement_feedback", "put")}
    # What is written stands below what was there; what is read is named.
    needless |= {("api_engagements", "post"), ("api_engagement_messages", "post"), ("api_engagement_read", "post")}
    # A file is shared, or taken back, and never changes.
    needless |= {("api_engagement_files", "post"), ("api_file", "delete")}
    # Reporting again adds to the report.
    needless |= {("api_export", "post"), ("api_reports", "post")}
    # Whom one keeps away is said, however often, and taken back.
    needless |= {("api_separations", "post"), ("api_separation", "delete")}
    # One's own calendars are connected or not, and each is switched to what it says.
    needless |= {("api_calendars", "post"), ("api_calendar", "patch"), ("api_calendar", "delete")}
    needless |= {("api_calendar_look", "post")}
    # Asking again is asking once, and who stops has stopped.
    needless |= {("api_asks", "post"), ("api_ask", "delete")}
    # The whole list, from where it is kept: the last one stands, and more than a fifth end only with their number.
    needless |= {("api_programme_roster", "put")}
    # Joining is of a moment, and says nothing about the booking.
    needless |= {("api_booking_room", "post"), ("api_booking_signals", "post")}
    lacking = set()
    for _where, pattern in routes(get_resolver()):
        view = getattr(pattern.callback, "cls", None)
        for method in ("post", "put", "patch", "delete"):
            handler = getattr(view, method, None) if (pattern.name or "").startswith("api_") else None
            if handler is None or (pattern.name, method) in needless:
                continue
            fields = handler.body().get_fields() if handler.body else {}
            if "version" not in fields or not fields["version"].required:
                lacking.add((pattern.name, method))

    assert lacking == set()


def test_a_program_that_read_another_time_gets_the_present_one(program, alice, bob, booking):  # noqa: F811
    read = program(alice).get(f"bookings/{booking.uuid}/")[1]
    moved = program(bob).act(f"bookings/{booking.uuid}/reschedule/", {"start": "2026-11-27T10:00:00Z"})[1]

    status, refused = program(alice).post(f"bookings/{booking.uuid}/cancel/", {"version": read["version"]})

    booking.refresh_from_db()
    assert (status, refused["code"], booking.state) == (409, "stale", BookingState.CONFIRMED)
    assert (refused["booking"]["start"], refused["booking"]["version"]) == (moved["start"], moved["version"])
    assert program(alice).post(f"bookings/{booking.uuid}/cancel/", {"version": moved["version"]})[0] == 200


def test_a_call_without_a_version_is_not_one(program, bob, booking):  # noqa: F811
    status, refused = program(bob).post(f"bookings/{booking.uuid}/cancel/", {})

    assert (status, refused["fields"]) == (400, {"version": ["This field is required."]})


def test_a_schedule_that_changed_since_it_was_read_is_not_overwritten(program, alice):  # noqa: F811
    asked = program(alice)
    read = asked.get("me/schedule/")[1]
    DateOverride.objects.create(schedule=alice.mentor_profile.schedule, date=date(2026, 12, 4))

    status, refused = asked.send("PUT", "me/schedule/", {**read, "buffer": 10})

    assert (status, refused["code"], DateOverride.objects.count()) == (409, "stale", 1)
