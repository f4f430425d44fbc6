"""When each notice about a registration is due, until when it is of use, and what ends it."""

from datetime import timedelta

import pytest

from events.models import Registration, Side
from events.registering.acts import cancel_registration, confirm_coming
from events.registering.inbox import REMOVED_WORDS, WORDS
from events.registering.inviting import invite_mentors
from events.registering.kinds import KINDS
from events.registering.managing import cancel_event, change_event
from events.registering.notices import INVITATION_NUDGE, REMINDER_KINDS, STILL_COMING, News
from events.registering.waiting import pass_on
from notifications.models import InboxItem, Notification, State
from notifications.preferences import save_preference
from notifications.registry import kind_named
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import EVENING, come, make_event, make_guests, make_said
from tests.events.outcomes import lines, pending, told

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
MINUTE, HOUR, DAY, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def dues(person) -> dict[str, tuple]:
    """Of each notice to come: when it is due, and from when on it is useless."""
    rows = Notification.objects.filter(recipient=person, state=State.PENDING)
    return {row.kind: (row.due_at, row.send_before) for row in rows}


def test_who_registers_is_told_asked_and_reminded(event, bob):
    come(event, bob)

    assert dues(bob) == {
        News.REGISTERED: (NOW, EVENING),
        STILL_COMING: (EVENING - 48 * HOUR, EVENING - 12 * HOUR),
        "event_reminder_day": (EVENING - DAY, EVENING - 3 * HOUR),
        "event_reminder_hour": (EVENING - HOUR, EVENING - 5 * MINUTE),
    }


@pytest.mark.parametrize(
    ("ahead", "kinds"),
    [
        (48 * HOUR, {STILL_COMING, "event_reminder_day", "event_reminder_hour"}),
        (48 * HOUR - SECOND, {"event_reminder_day", "event_reminder_hour"}),
        (24 * HOUR, {"event_reminder_day", "event_reminder_hour"}),
        (24 * HOUR - SECOND, {"event_reminder_hour"}),
        (HOUR, {"event_reminder_hour"}),
        (HOUR - SECOND, set()),
    ],
)
def test_what_would_have_been_due_before_they_came_is_left_out(maria, bob, ahead, kinds):
    start = NOW + ahead
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)

    come(event, bob)

    assert pending(bob) == {News.REGISTERED, *kinds}


def test_news_of_a_start_in_a_few_minutes_are_worth_sending_for_an_hour(maria, bob):
    start = NOW + 5 * MINUTE
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)

    come(event, bob)

    assert dues(bob)[News.REGISTERED] == (NOW, NOW + HOUR)


def test_reminders_have_the_lead_times_that_each_person_chose(event, bob, charlie):
    save_preference(person=charlie, off=[], leads=[60], quiet_from=None, quiet_until=None, now=NOW)
    come(event, bob)
    come(event, charlie)

    assert told("event_reminder_day") == [bob.email]
    assert told("event_reminder_hour") == [bob.email, charlie.email]


def choose_leads(person, *leads: int, now=NOW):
    save_preference(person=person, off=[], leads=leads, quiet_from=None, quiet_until=None, now=now)


def reminded(person) -> dict[str, tuple]:
    return {kind: due for kind, due in dues(person).items() if kind in REMINDER_KINDS.values()}


def test_another_choice_of_lead_times_holds_for_who_has_registered(event, bob, charlie):
    come(event, bob)
    come(event, charlie)
    before = dues(charlie)
    choose_leads(bob, 120)

    assert reminded(bob) == {"event_reminder_two_hours": (EVENING - 2 * HOUR, EVENING - 30 * MINUTE)}
    shown = InboxItem.objects.filter(recipient=bob, kind__in=REMINDER_KINDS.values())
    assert list(shown.values_list("at", flat=True)) == [EVENING - 2 * HOUR]
    assert dues(charlie) == before

    choose_leads(bob, 1440, 60)
    assert set(reminded(bob)) == {"event_reminder_day", "event_reminder_hour"}
    choose_leads(bob)
    assert reminded(bob) == {}


def test_a_choice_of_lead_times_brings_nothing_to_who_is_not_in_or_of_what_is_not_ahead(event, bob):
    come(event, bob)
    waiting = [come(event, guest) for guest in make_guests(3)][2]
    before = dues(waiting.person)
    choose_leads(waiting.person, 120)
    assert dues(waiting.person) == before

    choose_leads(bob, 120, now=EVENING - HOUR)
    assert "event_reminder_two_hours" not in reminded(bob)
    cancel_event(event=event, reason="Ill", now=NOW)
    choose_leads(bob, 30)
    assert reminded(bob) == {}


def test_who_waits_is_told_once_and_asked_for_nothing(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]

    assert dues(waiting.person) == {News.WAITING: (NOW, EVENING)}


def test_who_was_invited_is_nudged_after_three_days_until_registration_ends(event, alice):
    invite_mentors(event=event, profiles=[alice.mentor_profile], now=NOW)

    assert dues(alice) == {
        News.INVITED: (NOW, EVENING),
        INVITATION_NUDGE: (NOW + 72 * HOUR, event.registration_until),
    }


def test_what_ended_for_someone_is_worth_telling_until_the_evening_is_over(event, maria, bob, charlie, dora):
    left, removed = come(event, bob), come(event, charlie)
    come(event, dora, side=Side.MENTOR)
    cancel_registration(registration=left, by=bob, now=NOW)
    cancel_registration(registration=removed, by=maria, now=NOW)
    cancel_event(event=event, reason="Flood", now=NOW)

    assert dues(bob) == {News.LEFT: (NOW, event.end)}
    assert dues(charlie) == {News.REMOVED: (NOW, event.end)}
    assert dues(dora) == {News.CANCELLED: (NOW, event.end)}


def test_another_time_moves_all_that_is_to_come(event, bob):
    come(event, bob)

    change_event(event=event, said=make_said(start=EVENING + DAY), now=NOW + HOUR)

    assert {kind: due for kind, (due, _until) in dues(bob).items()} == {
        News.MOVED: NOW + HOUR,
        STILL_COMING: EVENING - DAY,
        "event_reminder_day": EVENING,
        "event_reminder_hour": EVENING + DAY - HOUR,
    }


def test_who_said_that_they_come_is_asked_again_about_another_time(event, bob):
    registration = come(event, bob)
    confirm_coming(registration=registration, now=NOW)

    change_event(event=event, said=make_said(place="Stadsbiblioteket"), now=NOW)

    registration.refresh_from_db()
    assert registration.confirmed_at is None
    assert told(STILL_COMING) == [bob.email]


@pytest.mark.parametrize(
    "fields",
    [{"place": "Elsewhere"}, {"mode": "mixed"}, {"timezone": "Europe/Helsinki"}, {"start": EVENING + MINUTE}],
)
def test_time_and_place_are_news(event, bob, fields):
    before = come(event, bob).version

    change_event(event=event, said=make_said(**fields), now=NOW)

    assert told(News.MOVED) == [bob.email]
    assert Registration.objects.get().version == before + 1


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Second jobs"},
        {"about": "More"},
        {"access": "A lift"},
        {"registration_until": EVENING - 3 * HOUR},
        {"wishes_until": None},
        {"places": {Side.MENTEE: 3, Side.MENTOR: 3}},
    ],
)
def test_other_words_are_not(event, bob, fields):
    registration = come(event, bob)
    before = dues(bob)

    change_event(event=event, said=make_said(**fields), now=NOW)

    assert dues(bob) == before
    assert Registration.objects.get().version == registration.version


# The inbox


def test_an_act_of_ones_own_is_no_unread_line(event, bob, maria):
    registration = come(event, bob)
    own = InboxItem.objects.get(recipient=bob, kind=News.REGISTERED)
    cancel_registration(registration=registration, by=maria, now=NOW)
    theirs = InboxItem.objects.get(recipient=bob, kind=News.REMOVED)

    assert (own.read_at is not None, theirs.read_at is not None) == (True, False)


def text_of_removal(registration: Registration) -> str:
    item = InboxItem.objects.get(recipient=registration.person, kind=News.REMOVED)
    return kind_named(News.REMOVED).lines([item], registration.person, NOW)[item.pk].text


def test_who_is_taken_off_reads_what_they_were(maria, alice):
    event = make_event(maria, places={Side.MENTEE: 2, Side.MENTOR: 1})
    registered, _second, waiting = (come(event, guest) for guest in make_guests(3))
    vera, erik = (make_mentor(make_person(f"{name}@example.org", name.title())) for name in ("vera", "erik"))
    invited, *others = invite_mentors(event=event, profiles=[alice.mentor_profile, vera, erik], now=NOW)
    accepted, in_line = (come(event, one.person, side=Side.MENTOR) for one in others)
    # Who is in goes last: their place would go to the next in line.
    people = (waiting, in_line, invited, registered, accepted)
    for one in people:
        cancel_registration(registration=one, by=maria, now=NOW)

    in_line_words, invited_words = REMOVED_WORDS[News.WAITING], REMOVED_WORDS[News.INVITED]
    expected = [in_line_words, in_line_words, invited_words, WORDS[News.REMOVED], WORDS[News.REMOVED]]
    assert [text_of_removal(one) for one in people] == [words % {"title": event.title} for words in expected]


def test_a_question_that_is_answered_leaves_the_inbox(maria):
    start = NOW + 20 * HOUR
    event = make_event(maria, start=start, registration_until=start, wishes_until=None)
    first, _second, third = (come(event, guest) for guest in make_guests(3))
    cancel_registration(registration=first, by=first.person, now=NOW)
    third.refresh_from_db()
    assert News.OFFERED in lines(third.person)

    pass_on(registration=third, now=NOW)

    assert News.OFFERED not in lines(third.person)
    assert News.WAITING in lines(third.person)


def written(registration: Registration, kind: str) -> dict:
    item = InboxItem(pk=1, kind=kind, subject_type="registration", subject_id=registration.pk)
    return kind_named(kind).lines([item], registration.person, NOW)


@pytest.mark.parametrize("kind", WORDS)
def test_each_line_names_the_event_and_leads_to_it(event, bob, kind):
    line = written(come(event, bob), kind)[1]

    assert event.title in line.text
    assert line.url == f"/events/{event.slug}/"


def test_lines_of_others_and_of_what_is_gone_are_left_out(event, bob, charlie):
    registration = come(event, bob)
    items = [
        InboxItem(pk=1, kind=News.REGISTERED, subject_id=registration.pk),
        InboxItem(pk=2, kind=News.REGISTERED, subject_id=registration.pk + 1000),
    ]
    write = kind_named(News.REGISTERED).lines

    assert set(write(items, bob, NOW)) == {1}
    assert write(items, charlie, NOW) == {}


def test_a_page_of_lines_takes_one_statement(event, bob, maria, django_assert_num_queries):
    other = make_event(maria, start=EVENING + DAY)
    items = [
        InboxItem(pk=number, kind=News.REGISTERED, subject_id=come(one, bob).pk)
        for number, one in enumerate((event, other))
    ]

    with django_assert_num_queries(1):
        assert len(kind_named(News.REGISTERED).lines(items, bob, NOW)) == 2


def test_every_news_has_a_mail_a_line_and_one_kind():
    names = [kind.name for kind in KINDS]

    assert len(names) == len(set(names))
    assert {*News, STILL_COMING, INVITATION_NUDGE, *REMINDER_KINDS.values()} <= set(names)
    assert set(WORDS) == set(names) - {"event_nobody_came", "event_host_told", "event_hosting"}
