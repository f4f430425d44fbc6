"""Each mail about a registration, through the outbox and SMTP: who gets it, what it says, and its calendar entry."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from events.models import Event, EventMode, Registration, RegistrationState, Side
from events.registering.acts import cancel_registration, confirm_coming
from events.registering.calendar import build_event_file, build_registration_file
from events.registering.clock import run_registrations
from events.registering.inviting import accept_invitation, invite_mentors
from events.registering.managing import cancel_event, change_event, close_registration
from events.registering.notices import News
from events.registering.waiting import pass_on
from notifications.models import InboxItem, Notification, Preference, State
from notifications.registry import kind_named
from notifications.tasks import drain_outbox
from tests.conftest import NOW, at
from tests.events.making import EVENING, come, make_event, make_guests, make_said
from tests.smtp import smtp_sink, text_of, words_of  # noqa: F401 - smtp_sink is a fixture

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL, settings.SITE_HOST = "https://mentoring.example", "mentoring.example"


@pytest.fixture
def read(smtp_sink) -> Callable[[datetime], dict]:  # noqa: F811
    """read(now) sends what is due and gives it by recipient."""

    def drain(now: datetime) -> dict:
        smtp_sink.mails.clear()
        drain_outbox(now)
        mails = {mail["To"].addresses[0].addr_spec: mail for mail in smtp_sink.mails}
        assert len(mails) == len(smtp_sink.mails)
        assert list(Notification.objects.exclude(last_error="").values_list("kind", "last_error")) == []
        return mails

    return drain


def entry_of(mail) -> tuple[str, dict]:
    """The method and the one entry of the mail's calendar file, if it has one."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return "", {}
    calendar = Calendar.from_ical(parts[0].get_content())
    [entry] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), entry


def test_who_registers_reads_when_where_and_what_they_bring(event, bob, read):
    come(event, bob)

    mail = read(NOW)[bob.email]

    assert mail["Subject"] == "You’re in: First jobs, Thu 3 Dec, 22:30 (Kolkata)"
    words = text_of(mail)
    assert "Thursday 3 December" in words
    # In Kolkata, and where it takes place.
    assert "22:30–23:04" in words
    assert "18:00–18:34" in words
    assert "Kulturhuset" in words
    assert "“Which offer do I take?”" in words
    assert f"https://mentoring.example/events/{event.slug}/" in words
    assert words_of(mail)


def test_a_mentor_reads_that_they_come_as_one(event, alice, bob, read):
    come(event, alice, side=Side.MENTOR)
    come(event, bob)

    sent = read(NOW)

    assert ["as a mentor" in text_of(sent[one.email]) for one in (alice, bob)] == [True, False]
    foot = text_of(sent[bob.email]).partition("\n--\n")[2]
    assert "" not in foot.strip().splitlines()


def test_an_entry_has_one_name_for_life_and_later_numbers_each_time(event, maria, bob, read):
    registration = come(event, bob)
    entries = [entry_of(read(NOW)[bob.email])]
    change_event(event=event, said=make_said(start=EVENING + DAY), now=NOW + HOUR)
    entries.append(entry_of(read(NOW + HOUR)[bob.email]))
    registration.refresh_from_db()
    cancel_registration(registration=registration, by=bob, now=NOW + 2 * HOUR)
    entries.append(entry_of(read(NOW + 2 * HOUR)[bob.email]))
    come(event, bob, now=NOW + 3 * HOUR)
    entries.append(entry_of(read(NOW + 3 * HOUR)[bob.email]))
    cancel_event(event=event, reason="Flood", now=NOW + 4 * HOUR)
    entries.append(entry_of(read(NOW + 4 * HOUR)[bob.email]))

    assert [method for method, _entry in entries] == ["REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    assert {str(entry["UID"]) for _method, entry in entries} == {f"event-{registration.uuid}@mentoring.example"}
    numbers = [int(entry["SEQUENCE"]) for _method, entry in entries]
    assert numbers == sorted(set(numbers))
    assert [str(entry["STATUS"]) for _method, entry in entries] == [
        *("CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED")
    ]
    assert [entry["DTSTART"].dt for _method, entry in entries] == [EVENING, *[EVENING + DAY] * 4]
    assert all(entry["DTEND"].dt - entry["DTSTART"].dt == timedelta(minutes=34) for _method, entry in entries)
    assert str(entries[0][1]["LOCATION"]) == "Kulturhuset"
    assert "bob@example.org" in str(entries[0][1]["ATTENDEE"])


@pytest.mark.parametrize(
    ("start", "there"),
    [
        # The clocks in Stockholm go forward at 02:00 that morning, and in New York two weeks before.
        ("2027-03-28 16:00", "18:00–18:34"),
        ("2027-03-27 17:00", "18:00–18:34"),
    ],
)
def test_both_clocks_are_right_on_the_day_the_clocks_change(maria, read, start, there):
    event = make_event(maria, start=at(start), registration_until=at(start), wishes_until=None)
    [guest] = make_guests(1)
    guest.timezone = "America/New_York"
    guest.save()
    come(event, guest)

    words = text_of(read(NOW)[guest.email])

    assert there in words
    assert ("12:00–12:34" if start.endswith("16:00") else "13:00–13:34") in words


def test_an_online_event_is_where_its_page_is(maria, bob, read):
    event = make_event(maria, mode=EventMode.ONLINE, place="")
    come(event, bob)

    _method, entry = entry_of(read(NOW)[bob.email])

    assert str(entry["LOCATION"]) == f"https://mentoring.example/events/{event.slug}/"
    read(EVENING - 2 * DAY)
    assert "you join from there" in text_of(read(EVENING - HOUR)[bob.email])


@pytest.mark.parametrize(("leads", "off", "is_told"), [([60], [], True), ([], [], False), ([60], ["reminders"], False)])
def test_reminders_are_only_promised_to_those_who_get_them(event, bob, read, leads, off, is_told):
    Preference.objects.create(person=bob, leads=leads, off=off)
    come(event, bob)

    assert ("We’ll remind you" in text_of(read(NOW)[bob.email])) == is_told


def test_hostile_words_stay_words_in_mails_and_entries(maria, bob, read):
    title = "Jobs; BEGIN:VEVENT, \\n <b>&amp;</b>"
    event = make_event(maria, title=title, about="One\nATTENDEE:mailto:x@example.org", place="A;B,C")
    come(event, bob, question="<script>alert(1)</script>")

    mail = read(NOW)[bob.email]
    _method, entry = entry_of(mail)

    assert (str(entry["SUMMARY"]), str(entry["LOCATION"])) == (title, "A;B,C")
    assert "ATTENDEE" in str(entry["DESCRIPTION"])
    assert str(entry["ATTENDEE"]).endswith("bob@example.org")
    [html] = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    assert "<script>" not in html.get_content()


def waiting(event, read):
    """Two who are in and one who waits; the mails about that are read."""
    guests = make_guests(3)
    registrations = [come(event, guest) for guest in guests]
    mails = read(NOW)
    assert entry_of(mails[guests[2].email]) == ("", {})
    return registrations


def test_a_place_that_came_free_brings_the_entry(event, read):
    first, _second, third = waiting(event, read)
    cancel_registration(registration=first, by=first.person, now=NOW)

    mails = read(NOW)

    assert set(mails) == {first.person.email, third.person.email}
    assert entry_of(mails[third.person.email])[0] == "REQUEST"
    assert entry_of(mails[first.person.email])[0] == "CANCEL"


@pytest.mark.parametrize(
    ("act", "mailed"),
    [
        (lambda one, now: None, True),
        (lambda one, now: pass_on(registration=one, now=now), False),
        (lambda one, now: cancel_registration(registration=one, by=one.person, now=now), False),
        (lambda one, now: Registration.objects.filter(pk=one.pk).delete(), False),
    ],
)
def test_an_offer_that_is_answered_before_its_mail_leaves_is_not_mailed(maria, read, act, mailed):
    start = NOW + 20 * HOUR
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    first, _second, third = waiting(event, read)
    cancel_registration(registration=first, by=first.person, now=NOW)
    third.refresh_from_db()
    act(third, NOW + timedelta(minutes=1))

    mails = read(NOW + timedelta(minutes=2))

    assert (third.person.email in mails) == mailed
    if mailed:
        assert "15:46" in text_of(mails[third.person.email])


def test_a_mail_about_a_place_is_silent_once_it_is_given_up(event, bob, read):
    registration = come(event, bob)
    cancel_registration(registration=registration, by=bob, now=NOW)
    again = come(event, bob)
    cancel_registration(registration=again, by=bob, now=NOW)

    mails = read(NOW)

    assert entry_of(mails[bob.email])[0] == "CANCEL"
    assert Notification.objects.filter(state=State.SENT).count() == 1


def test_reminders_come_to_those_who_still_come_however_often_they_changed_their_words(event, bob, charlie, read):
    come(event, bob)
    gone = come(event, charlie)
    read(NOW)
    come(event, bob, question="Another one?")
    cancel_registration(registration=gone, by=charlie, now=NOW)
    read(NOW)

    asked = read(EVENING - 2 * DAY)
    a_day, an_hour = read(EVENING - DAY), read(EVENING - HOUR)

    assert (set(asked), set(a_day), set(an_hour)) == ({bob.email}, {bob.email}, {bob.email})
    assert "Kulturhuset" in text_of(an_hour[bob.email])
    assert read(EVENING) == {}


def test_an_invitation_a_nudge_and_silence_after_the_answer(event, alice, dora, read):
    invited = invite_mentors(event=event, profiles=[alice.mentor_profile, dora.mentor_profile], now=NOW)
    words = text_of(read(NOW)[alice.email])
    assert "Maria" in words
    accept_invitation(registration=invited[0], now=NOW)
    assert entry_of(read(NOW)[alice.email])[0] == "REQUEST"

    assert set(read(NOW + 3 * DAY)) == {dora.email}


def test_a_cancelled_event_says_why_to_all_who_had_to_do_with_it(event, alice, read):
    registrations = waiting(event, read)
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    cancel_event(event=event, reason="The hall is flooded", now=NOW)

    mails = read(NOW)

    assert set(mails) == {alice.email, *(one.person.email for one in registrations)}
    assert all("The hall is flooded" in text_of(mail) for mail in mails.values())


def end_of(mail) -> str:
    """What a mail says below its heading, and why it came."""
    return " ".join(text_of(mail).partition("Kulturhuset.")[2].split())


def test_only_who_has_a_place_is_told_of_an_entry_in_their_calendar(event, alice, maria, read):
    first, _second, third = waiting(event, read)
    [asked] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    read(NOW)

    change_event(event=event, said=make_said(start=EVENING + DAY), now=NOW)
    moved = read(NOW)
    assert {email: entry_of(mail)[0] for email, mail in moved.items()} == {
        "guest1@example.org": "REQUEST",
        "guest2@example.org": "REQUEST",
        "guest3@example.org": "",
    }
    assert "You keep your place." in end_of(moved[first.person.email])
    assert "You’re still on the waiting list." in end_of(moved[third.person.email])
    assert "Leave the waiting list" in end_of(moved[third.person.email])
    assert "Give up your place" not in end_of(moved[third.person.email])

    cancel_event(event=event, reason="Flood", now=NOW)
    cancelled = read(NOW)
    assert {email: entry_of(mail)[0] for email, mail in cancelled.items()} == {
        "guest1@example.org": "CANCEL",
        "guest2@example.org": "CANCEL",
        "guest3@example.org": "",
        asked.person.email: "",
    }
    assert "the attached file removes the event" in end_of(cancelled[first.person.email])
    assert "attached" not in end_of(cancelled[third.person.email]) + end_of(cancelled[alice.email])
    assert "because you registered" in end_of(cancelled[third.person.email])
    assert "because you were invited" in end_of(cancelled[alice.email])


def one_line(mail) -> str:
    return " ".join(text_of(mail).split())


# By the clocks in Kolkata, where bob is
IT_WAS = "It was Thursday 3 December, 22:30–23:04."
PLACE_WAS = "The place was: Kulturhuset."


@pytest.mark.parametrize(
    ("said", "lead", "was"),
    [
        ({"start": EVENING + DAY}, "The time has changed", [IT_WAS]),
        ({"place": "Town hall"}, "The place has changed", [PLACE_WAS]),
        ({"mode": EventMode.ONLINE, "place": ""}, "The place has changed", [PLACE_WAS]),
        ({"start": EVENING + DAY, "place": "Town hall"}, "The time and place have changed", [IT_WAS, PLACE_WAS]),
        ({"timezone": "Europe/Lisbon"}, "The time or place has changed", []),
    ],
)
def test_who_registered_reads_what_was_before_the_change(event, bob, read, said, lead, was):
    come(event, bob)
    read(NOW)

    change_event(event=event, said=make_said(**said), now=NOW)

    moved = one_line(read(NOW)[bob.email])
    assert lead in moved
    assert [one for one in (IT_WAS, PLACE_WAS) if one in moved] == was
    [item] = InboxItem.objects.filter(recipient=bob, kind=News.MOVED)
    line = kind_named(News.MOVED).lines([item], bob, NOW)[item.pk].text
    assert ("It was Thu 3 Dec, 22:30" in line) == ("start" in said)


def test_what_was_before_the_change_stays_until_the_next_that_people_are_told_of(event, bob, read):
    come(event, bob)
    read(NOW)
    for said in ({"start": EVENING + DAY}, {"start": EVENING + DAY, "title": "Another title"}):
        change_event(event=event, said=make_said(**said), now=NOW)
    assert IT_WAS in one_line(read(NOW)[bob.email])

    change_event(event=event, said=make_said(start=EVENING + DAY, place="Town hall"), now=NOW)

    moved = one_line(read(NOW)[bob.email])
    assert (IT_WAS in moved, PLACE_WAS in moved) == (False, True)


def test_an_event_that_nobody_sees_yet_was_nowhere_else(maria):
    draft = make_event(maria, is_open=False)

    change_event(event=draft, said=make_said(start=EVENING + DAY, place="Town hall"), now=NOW)

    changed = Event.objects.get()
    assert (changed.was_during, changed.was_where) == (None, "")


def test_who_is_taken_off_before_they_had_a_place_is_told_of_no_entry(event, alice, maria, read):
    first, _second, third = waiting(event, read)
    [asked] = invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    read(NOW)
    for one in (third, asked, first):
        cancel_registration(registration=one, by=maria, now=NOW)

    mails = read(NOW)

    assert [entry_of(mails[one.person.email])[0] for one in (first, third, asked)] == ["CANCEL", "", ""]
    assert [mails[one.person.email]["Subject"] for one in (first, third, asked)] == [
        "You’re no longer registered: First jobs",
        "You’re no longer on the waiting list: First jobs",
        "You’re no longer invited: First jobs",
    ]
    assert "attached" not in text_of(mails[third.person.email]) + text_of(mails[alice.email])


def test_the_team_takes_somebody_off_and_time_ends_the_line(event, maria, read):
    first, _second, third = waiting(event, read)
    Event.objects.filter(pk=event.pk).update(state="closed")
    cancel_registration(registration=third, by=maria, now=NOW)
    assert set(read(NOW)) == {third.person.email}
    Registration.objects.filter(pk=third.pk).update(state=RegistrationState.WAITING, waiting_since=NOW)

    run_registrations(now=EVENING)

    mails = read(EVENING)
    assert set(mails) == {third.person.email}
    assert "https://mentoring.example/mentors/" in text_of(mails[third.person.email])
    first.refresh_from_db()
    assert first.is_in


def test_nobody_is_asked_to_accept_what_cant_be_accepted_any_more(event, alice, dora, read):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)
    assert set(read(NOW)) == {alice.email}
    invite_mentors(event=event, profiles=[dora.mentor_profile], now=NOW)
    close_registration(event=event, now=NOW)

    assert [read(NOW), read(NOW + 3 * DAY)] == [{}, {}]


def test_saying_one_comes_keeps_the_reminders(event, bob, read):
    registration = come(event, bob)
    read(NOW)
    confirm_coming(registration=registration, now=NOW)

    assert [set(read(EVENING - before)) for before in (2 * DAY, DAY)] == [{bob.email}] * 2


# Files without a mail


def test_the_public_file_follows_the_event(event):
    before = Calendar.from_ical(build_event_file(event, at=NOW)).walk("VEVENT")[0]
    cancel_event(event=event, reason="Flood", now=NOW)
    event.refresh_from_db()
    after = Calendar.from_ical(build_event_file(event, at=NOW)).walk("VEVENT")[0]

    assert str(before["UID"]) == str(after["UID"]) == f"event-{event.uuid}@mentoring.example"
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert (str(before["STATUS"]), str(after["STATUS"])) == ("CONFIRMED", "CANCELLED")


@pytest.mark.parametrize(("method", "has_people"), [("REQUEST", True), ("CANCEL", True), ("PUBLISH", False)])
def test_only_mailed_entries_name_people(event, alice, method, has_people):
    registration = come(event, alice, side=Side.MENTOR)

    [entry] = Calendar.from_ical(build_registration_file(registration, method=method, at=NOW)).walk("VEVENT")

    assert ("ATTENDEE" in entry, "ORGANIZER" in entry) == (has_people, has_people)
    assert entry["DTSTAMP"].dt == NOW
