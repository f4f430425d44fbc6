"""Staff look up a person or a session: what is found, what is shown, and that it is noted who looked."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Trace, User
from accounts.roles import give_role
from accounts.rules.roles import StaffRoleName
from mentors.models import MentorProfile
from mentors.moderation.promises import PAUSED
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.requests import accept_booking
from sessions_app.models import Booking, BookingState, Schedule
from staff.lookup import MOST_PEOPLE, MOST_UPCOMING, find_people
from staff.session_history import CAME_TO, list_history
from tests.conftest import NOW, at, make_person
from tests.markup import elements_in, elements_of, ids_in, links_in, markup_of, part_in, parts_in, times_in
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def client(client_for, maria):
    return client_for(maria)


def page_about(thing: User | Booking) -> str:
    return f"/staff/{'people' if isinstance(thing, User) else 'sessions'}/{thing.uuid}/"


def found(text: str) -> list[str]:
    return [person.name for person in find_people(text).people]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("bos", ["Bob Bose"]),
        ("BOB", ["Bob Bose"]),
        ("bose bob", ["Bob Bose"]),
        ("b", ["Bob Bose", "Siobhán O'Brien-Bell"]),
        ("brien", ["Siobhán O'Brien-Bell"]),
        ("o'brien", ["Siobhán O'Brien-Bell"]),
        ("siobhán bell", ["Siobhán O'Brien-Bell"]),
        ("siobhan", ["Siobhán O'Brien-Bell"]),
        ("SIOBHAN Bell", ["Siobhán O'Brien-Bell"]),
        ("bób", ["Bob Bose"]),
        ("bob@example.org", ["Bob Bose"]),
        ("Bob@Exa", ["Bob Bose"]),
        ("sio.b", ["Siobhán O'Brien-Bell"]),
        ("example", []),
        ("ose", []),
        ("& | ! :*", []),
        ("bob:* | alice", []),
        ("⑴ ʻ ʼ ⅓", []),
        ("oʼbrien", ["Siobhán O'Brien-Bell"]),
    ],
)
def test_people_are_found_by_the_beginning_of_a_name_or_address(bob, alice, text, names):
    make_person("sio.b@example.org", "Siobhán O'Brien-Bell")

    assert found(text) == names


def test_of_too_many_people_some_are_shown(client):
    User.objects.bulk_create(
        User(email=f"p{number}@example.org", name=f"Pat {number:02}") for number in range(MOST_PEOPLE + 1)
    )

    page = markup_of(client.get("/staff/people/?q=pat"))

    assert parts_in(page) == ["more-people"]
    assert len([link for link in links_in(page) if link.startswith("/staff/people/") and len(link) > 16]) == MOST_PEOPLE


def test_people_are_found_by_indexes(maria):
    User.objects.bulk_create(User(email=f"p{number}@example.org", name=f"Pat P{number}") for number in range(20000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
        for text in ("p77", "p77@exa", "pàt p77"):
            with CaptureQueriesContext(connection) as asked:
                find_people(text)
            cursor.execute(f"EXPLAIN {asked[0]['sql']}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan


def test_the_address_of_a_session_or_a_person_leads_there(client, booking, bob):
    addresses = [f"https://example.org/sessions/{booking.uuid}/", str(booking.uuid).upper(), str(bob.uuid)]

    answers = [client.get("/staff/people/", {"q": text}).headers["Location"] for text in addresses]

    assert answers == [page_about(booking), page_about(booking), page_about(bob)]


@pytest.mark.parametrize("text", ["nobody", "12345678-1234-1234-1234-123456789012", "%00", "a" * 5000])
def test_what_is_not_found_says_so_and_can_be_typed_again(client, text):
    page = markup_of(client.get("/staff/people/", {"q": text}))

    assert "q" in ids_in(page)
    assert parts_in(page) == ["no-one"]


def test_a_persons_page_shows_their_sessions_and_leads_on(client, booking, bob, alice):
    page = markup_of(client.get(page_about(bob)))

    assert times_in(page, id="upcoming-list") == ["2026-11-26T14:30Z"]
    assert links_in(page, id="upcoming-list") == {page_about(booking)}
    assert "past-list" not in ids_in(page)
    assert parts_in(page) == ["missed", "by-letter"]
    page = markup_of(client.get(page_about(alice)))
    assert parts_in(page) == ["missed", "profile-approved", "by-letter"]
    assert "/staff/profiles/alice-adair/" in links_in(page)


@pytest.mark.parametrize(("days", "parts"), [(-1, []), (0, []), (1, ["paused"])])
def test_a_persons_page_tells_a_pause_until_it_is_over(client, alice, days, parts):
    MentorProfile.objects.update(paused_until=NOW.date() + timedelta(days=days))

    assert [part for part in parts_in(markup_of(client.get(page_about(alice)))) if part == "paused"] == parts


@pytest.mark.parametrize(
    ("times", "account", "is_away"),
    [("Pacific/Kiritimati", "America/Los_Angeles", False), ("America/Los_Angeles", "Pacific/Kiritimati", True)],
)
def test_staff_see_a_pause_end_where_the_mentors_days_are_counted(client, alice, times, account, is_away):
    """The clock of their account is another one on a journey. In Kiritimati tomorrow has begun."""
    profile = alice.mentor_profile
    Schedule.objects.update_or_create(profile=profile, defaults={"timezone": times})
    User.objects.filter(pk=alice.pk).update(timezone=account)
    MentorProfile.objects.update(paused_until=NOW.date() + timedelta(days=1))

    person, listed = client.get(page_about(alice)), client.get("/staff/profiles/?state=all")
    opened = client.get(f"/staff/profiles/{profile.slug}/")

    acts = [key for key, _act in opened.context["acts"]]
    assert ("paused" in parts_in(markup_of(person)), opened.context["paused"]) == (is_away, is_away)
    assert [row.tag == PAUSED for row in listed.context["rows"] if row.profile == profile] == [is_away]
    assert acts[0] == ("resume" if is_away else "pause")


def test_a_persons_page_moves_what_is_over_to_the_past(client, over, bob):
    page = markup_of(client.get(page_about(bob)))

    assert links_in(page, id="past-list") == {page_about(over)}
    assert "upcoming-list" not in ids_in(page)


def test_a_persons_page_says_what_was_missed_and_until_when_they_cannot_book(client, offer, bob, settings):
    settings.LEDGER_PAUSES_FROM = 1.9
    for start in ("2026-11-25 10:00", "2026-11-26 10:00"):
        missed = book(offer, bob, at(start))
        begins = NOW - timedelta(days=2) if start < "2026-11-26" else NOW - timedelta(days=1)
        during = (begins, begins + timedelta(minutes=25))
        Booking.objects.filter(pk=missed.pk).update(state=BookingState.MENTEE_NO_SHOW, during=during)

    page = markup_of(client.get(page_about(bob)))

    assert part_in(page, "missed").startswith("2.0")
    assert "cannot-book" in parts_in(page)


def test_lists_of_a_persons_page_are_bounded_and_take_no_statement_for_each_line(client, offer, bob):
    with CaptureQueriesContext(connection) as empty:
        client.get(page_about(bob))
    first = book(offer, bob)
    days = range(1, MOST_UPCOMING + 3)
    for day in days:
        during = (first.start + timedelta(days=day), first.end + timedelta(days=day))
        Booking.objects.create(
            engagement=first.engagement,
            offer=offer,
            mentor_id=first.mentor_id,
            mentee=bob,
            during=during,
            format=first.format,
            state=BookingState.CONFIRMED,
            created_at=NOW,
            confirmed_at=NOW,
        )

    with CaptureQueriesContext(connection) as full:
        page = markup_of(client.get(page_about(bob)))

    assert len(elements_in(page, "tr", id="upcoming-list")) == MOST_UPCOMING + 1
    assert len(full) <= len(empty)


def test_the_history_of_a_session_is_told_in_words(request_for, alice, bob):
    accept_booking(booking=request_for, by=alice, now=NOW)
    moved = move_booking(booking=request_for, start=at("2026-11-27 10:00"), by=alice, now=NOW + timedelta(hours=1))
    complete_ended(now=moved.end)

    lines = list_history(moved)

    assert [(line.words, line.by) for line in lines] == [
        ("Requested", bob),
        ("Accepted", alice),
        ("Moved", alice),
        ("Finished", None),
    ]
    assert [line.during and line.during.lower for line in lines] == [THURSDAY, None, at("2026-11-27 10:00"), None]


def test_a_time_is_told_once_it_is_known(request_for, alice, bob):
    other_times = [at("2026-11-27 10:00"), at("2026-11-27 11:00")]
    counter_request(booking=request_for, starts=other_times, by=alice, now=NOW)
    choose_time(booking=request_for, start=other_times[0], by=bob, now=NOW)

    lines = list_history(request_for)

    assert [line.during and line.during.lower for line in lines] == [THURSDAY, None, other_times[0]]


def test_every_state_that_a_session_can_come_to_has_words():
    assert set(CAME_TO) == set(BookingState)


def test_a_sessions_page_shows_its_history_and_its_people_but_no_question(client, booking, bob, alice):
    cancel_booking(booking=booking, by=bob, reason="I am ill", now=NOW)

    page = markup_of(client.get(page_about(booking)))

    assert len(elements_in(page, "tr", id="history-list")) == 3
    assert {page_about(bob), page_about(alice)} <= links_in(page)
    assert "I am ill" in page
    assert booking.question not in page
    assert booking.room not in page


def test_what_a_visitor_holds_is_no_session_yet(client, booking):
    Booking.objects.filter(pk=booking.pk).update(mentee=None, state=BookingState.HELD, expires_at=NOW)

    assert client.get(page_about(booking)).status_code == 404
    assert client.get("/staff/people/", {"q": str(booking.uuid)}).status_code == 200


def test_it_is_noted_who_looked_at_whom(client, booking, maria, alice, bob):
    client.get(page_about(bob))
    client.get(page_about(booking))
    client.get(page_about(maria))
    client.get("/staff/people/?q=bob")

    assert sorted(Trace.objects.values_list("by__name", "act", "about__name", "subject")) == [
        (maria.name, "person", bob.name, ""),
        (maria.name, "session", alice.name, str(booking.uuid)),
        (maria.name, "session", bob.name, str(booking.uuid)),
    ]
    assert len(elements_in(markup_of(client.get(page_about(bob))), "li", aria_labelledby="traces")) == 2


def test_a_role_that_was_given_is_not_listed_as_a_look(client, bob, maria):
    give_role(person=bob, role=StaffRoleName.SUPPORT, by=maria, now=NOW)

    without, with_the_look_before = (markup_of(client.get(page_about(bob))) for _ in range(2))

    assert not elements_of(without, "ul", aria_labelledby="traces")
    assert len(elements_in(with_the_look_before, "li", aria_labelledby="traces")) == 1


@pytest.mark.parametrize("change", [lambda: Trace.objects.update(subject="x"), lambda: Trace.objects.all().delete()])
def test_what_was_noted_stays(client, bob, change):
    client.get(page_about(bob))

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()


@pytest.mark.parametrize("is_superuser", [True, False])
def test_pages_lead_to_the_admin_for_those_who_may(client_for, booking, bob, is_superuser):
    client = client_for(make_person("root@example.org", "Root Rowe", is_staff=True, is_superuser=is_superuser))
    wanted = {
        "/staff/": reverse("admin:index"),
        page_about(bob): reverse("admin:accounts_user_change", args=[bob.pk]),
        page_about(booking): reverse("admin:sessions_app_booking_change", args=[booking.pk]),
    }

    leads = [link in links_in(markup_of(client.get(page))) for page, link in wanted.items()]

    assert leads == [is_superuser] * 3
