from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.services import change_person, choose_zone
from notifications import registry
from notifications.models import Group, Notification, Preference, State
from notifications.preferences import (
    preference_of,
    quiet_end,
    reminder_leads_of,
    save_preference,
    switch_off,
)
from notifications.registry import Message
from notifications.sending import delivery
from notifications.tasks import drain_outbox
from notifications.unsubscribing import read_token, token_for
from notifications.views.preferences import WHAT
from tests.conftest import NOW, at, make_staff
from tests.form_codes import codes_of
from tests.markup import elements_of
from tests.notifications.conftest import add_kind

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
PAGE = "notification_settings"


@pytest.fixture(autouse=True)
def optional(kinds):
    add_kind("optional", render=lambda row, now: Message("Optional", "Text\n", "<p>Text</p>"), group=Group.REMINDERS)


@pytest.fixture
def choose():
    def save(person, **changes) -> None:
        usual = {"off": (), "leads": (1440, 60), "quiet_from": None, "quiet_until": None, "now": NOW}
        save_preference(person=person, **usual | changes)

    return save


def quiet(begin: time | None, end: time | None) -> Preference:
    return Preference(quiet_from=begin, quiet_until=end)


def test_whoever_chose_nothing_gets_everything_and_is_reminded_twice(alice, bob, choose):
    choose(alice, leads=[15, 2880, 15])

    assert preference_of(bob).off == []
    assert reminder_leads_of([alice.pk, bob.pk]) == {alice.pk: (48 * HOUR, 15 * MINUTE), bob.pk: (24 * HOUR, HOUR)}


def test_every_optional_kind_belongs_to_a_group_and_the_others_to_none():
    mails = [kind for kind in registry.registered_kinds() if kind.render and kind.subject_type != "thing"]

    assert {kind.name for kind in mails if kind.group is None} == {
        "report_received",
        "report_outcome",
        "safety_case",
        "safety_case_4_hours",
        "safety_case_12_hours",
        "cases_overdue",
        "case_decided",
        "sanction_lifted",
        "appeal_received",
        "appeal_answered",
        "file_found",
        "file_found_staff",
        "file_refused",
        "booked",
        "requested",
        "extended",
        "accepted",
        "declined",
        "countered",
        "chosen",
        "counter_expired",
        "moved",
        "cancelled",
        "withdrawn",
        "request_expired",
        "series_booked",
        "series_requested",
        "series_accepted",
        "wall_change",
        "held_time",
        "help_asked",
        "still_looking",
        "still_looking_long",
        "not_here",
        "missed",
        "did_not_join",
        "contested",
        "attendance_decided",
        "confirm_session",
        "mentor_paused",
        "quiet_question",
        "asking_first_off",
        "mentor_resting",
        "waiting_moved_on",
        "written_asked",
        "written_answered",
        "written_declined",
        "written_expired",
        "written_withdrawn",
        "profile_declined",
        "profile_suspended",
        "copy_ready",
        "idle_soon",
        "idle_last",
        "removal_asked",
        "removal_soon",
        "calendar_away",
        "calendar_conflict",
        "calendar_refused",
        "calendar_stopped",
        "calendar_unwritten",
        "taken_out_mentor",
        "taken_out_mentee",
        "webhook_given_up",
        "programme_manager",
        "programme_manager_ended",
        "programme_asked",
        "programme_in",
        "programme_declined",
        "programme_removed",
        "programme_off_list",
        "event_invited",
        "event_invitation_nudge",
        "event_registered",
        "event_waiting",
        "event_admitted",
        "event_offered",
        "event_free",
        "event_left",
        "event_removed",
        "event_moved",
        "event_cancelled",
        "event_no_place",
        "event_hosting",
        "event_still_coming",
        "event_timetable",
        "event_timetable_changed",
    }


@pytest.mark.parametrize(
    ("begin", "end", "moment", "ends"),
    [
        (time(22), time(7), "2026-11-24 22:00", "2026-11-25 07:00"),
        (time(22), time(7), "2026-11-25 06:59", "2026-11-25 07:00"),
        (time(22), time(7), "2026-11-25 07:00", None),
        (time(22), time(7), "2026-11-24 21:59", None),
        (time(9), time(12), "2026-11-24 10:30", "2026-11-24 12:00"),
        (time(9), time(12), "2026-11-24 12:00", None),
        (None, None, "2026-11-24 12:00", None),
    ],
)
def test_quiet_hours_end(begin, end, moment, ends):
    found = quiet_end(quiet(begin, end), ZoneInfo("Europe/London"), at(moment))

    assert found == (at(ends) if ends else None)


def test_quiet_hours_are_the_persons_own_clock():
    found = quiet_end(quiet(time(22), time(7)), ZoneInfo("Asia/Kolkata"), at("2026-11-24 17:00"))

    assert found == at("2026-11-25 01:30")


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        # London's clocks go back at 01:00 UTC on 25 October 2026: 01:30 comes twice.
        ("2026-10-25 00:10", "2026-10-25 00:30"),
        ("2026-10-25 01:10", "2026-10-25 01:30"),
        # They go forward at 01:00 UTC on 29 March 2026: 01:30 does not come at all.
        ("2026-03-29 00:10", "2026-03-29 01:30"),
    ],
)
def test_quiet_hours_over_a_clock_change(moment, ends):
    found = quiet_end(quiet(time(0), time(1, 30)), ZoneInfo("Europe/London"), at(moment))

    assert found is not None
    assert found.astimezone(UTC) == at(ends)


def test_mail_that_was_switched_off_is_not_sent(due, bob, smtp_sink):
    switch_off(person=bob, group=Group.REMINDERS)
    optional, needed = due(1, kind="optional"), due(2)

    drain_outbox()

    optional.refresh_from_db()
    needed.refresh_from_db()
    assert (optional.state, optional.reason, needed.state) == (State.OBSOLETE, "switched off", State.SENT)


@pytest.fixture
def in_quiet_hours(bob, choose, database_now):
    """Bob's quiet hours began an hour ago and last for two more."""
    local = database_now.astimezone(bob.zone)
    begin, end = local - HOUR, local + 2 * HOUR
    choose(bob, quiet_from=begin.time(), quiet_until=end.time())
    return end


def test_optional_mail_waits_for_the_end_of_quiet_hours(due, smtp_sink, in_quiet_hours):
    optional, needed = due(1, kind="optional"), due(2)

    drain_outbox()
    optional.refresh_from_db()
    needed.refresh_from_db()
    held = (optional.state, optional.attempts, optional.last_error, needed.state)
    assert held == (State.PENDING, 0, "quiet hours", State.SENT)
    assert optional.next_try_at == optional.due_at == optional.date == in_quiet_hours

    drain_outbox(in_quiet_hours)
    optional.refresh_from_db()
    assert (optional.state, optional.attempts) == (State.SENT, 1)


def test_mail_that_waits_is_sent_once_there_are_no_quiet_hours_any_more(
    due, smtp_sink, in_quiet_hours, choose, bob, database_now
):
    optional = due(1, kind="optional")
    drain_outbox()

    choose(bob, now=database_now)
    drain_outbox()

    optional.refresh_from_db()
    assert (optional.state, optional.date <= database_now) == (State.SENT, True)


@pytest.mark.parametrize(
    ("zone", "state"), [("Asia/Colombo", State.PENDING), ("Europe/London", State.SENT)], ids=["same clock", "behind"]
)
@pytest.mark.parametrize("with_all_settings", [False, True])
def test_mail_that_waits_leaves_by_the_clock_of_where_its_person_is_now(
    due, smtp_sink, in_quiet_hours, bob, zone, state, with_all_settings
):
    optional = due(1, kind="optional")
    drain_outbox()

    if with_all_settings:
        change_person(bob, name=bob.name, hour_cycle=bob.hour_cycle, timezone=zone)
    else:
        choose_zone(bob, zone)
    drain_outbox()

    optional.refresh_from_db()
    assert optional.state == state


def test_mail_that_waits_goes_on_waiting_where_quiet_hours_stay(
    due, smtp_sink, in_quiet_hours, choose, bob, database_now
):
    optional = due(1, kind="optional")
    drain_outbox()

    later = in_quiet_hours.astimezone(bob.zone) + HOUR
    choose(bob, quiet_from=(later - 4 * HOUR).time(), quiet_until=later.time(), now=database_now)
    drain_outbox()

    optional.refresh_from_db()
    assert (optional.state, optional.next_try_at, optional.attempts) == (State.PENDING, later, 0)


def test_mail_that_would_come_too_late_after_the_quiet_hours_is_sent_in_them(due, smtp_sink, in_quiet_hours):
    row = due(1, kind="optional", keeps=HOUR)

    drain_outbox()

    row.refresh_from_db()
    assert row.state == State.SENT


def test_optional_mail_can_be_ended_by_one_click(due, bob, smtp_sink, settings):
    settings.SITE_URL = "https://mentoring.example.org"
    due(1, kind="optional")
    due(2)
    drain_outbox()

    optional, needed = smtp_sink.mails
    address = f"https://mentoring.example.org/unsubscribe/{token_for(bob, Group.REMINDERS)}/"
    assert optional["List-Unsubscribe"] == f"<{address}>"
    assert optional["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (needed["List-Unsubscribe"], needed["List-Unsubscribe-Post"]) == (None, None)


def test_address_of_the_way_out_is_not_encoded_on_the_wire(due, bob, settings):
    settings.SITE_URL = "https://a-rather-long-name-of-an-organisation.mentoring.example.org"
    row = due(1, kind="optional")
    message = delivery.decide_message(row, registry.kind_named("optional"), NOW)

    lines = delivery.compose_email(row, message).decode().split("\r\n")

    [line] = [line for line in lines if line.startswith("List-Unsubscribe:")]
    assert line == f"List-Unsubscribe: <{settings.SITE_URL}/unsubscribe/{token_for(bob, Group.REMINDERS)}/>"


def one_click(token: str):
    """As a mail provider does it: no cookie, no referrer, this body."""
    return Client(enforce_csrf_checks=True).post(
        reverse("unsubscribe", args=[token]), "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"
    )


def test_one_click_acts_at_once_for_that_person_and_group_alone(alice, bob):
    answer = one_click(token_for(bob, Group.REMINDERS))
    again = one_click(token_for(bob, Group.REMINDERS))

    assert (answer.status_code, again.status_code, dict(answer.cookies)) == (200, 200, {})
    assert (preference_of(bob).off, preference_of(alice).off) == ([Group.REMINDERS], [])


def test_link_of_a_mail_only_asks(bob, client):
    page = reverse("unsubscribe", args=[token_for(bob, Group.AFTERWARDS)])

    asked = client.get(page).content.decode()
    client.head(page)

    assert elements_of(asked, "p", class_="lead")[0].text == str(WHAT[Group.AFTERWARDS])
    assert len(elements_of(asked, "button", class_="btn btn--primary")) == 1
    assert bob.email not in asked
    assert not Preference.objects.exists()


def test_link_that_was_used_says_so(bob, client):
    switch_off(person=bob, group=Group.AFTERWARDS)

    page = client.get(reverse("unsubscribe", args=[token_for(bob, Group.AFTERWARDS)])).content.decode()

    assert elements_of(page, "p", class_="lead")[0].text == str(WHAT[Group.AFTERWARDS])
    assert elements_of(page, "button", class_="btn btn--primary") == []


def test_token_that_is_not_ours_opens_nothing(bob, client):
    token = token_for(bob, Group.REMINDERS)
    forged = [token[:-1], token.replace("reminders", "afterwards"), f"{bob.pk}:reminders", "x", f"{token}x"]

    answers = [one_click(one).status_code for one in forged]

    assert answers == [404] * len(forged)
    assert read_token(token) == (bob, Group.REMINDERS)
    assert not Preference.objects.exists()


def test_token_of_a_person_who_is_gone_opens_nothing(charlie):
    token = token_for(charlie, Group.REMINDERS)
    charlie.delete()

    assert one_click(token).status_code == 404


def test_page_shows_what_was_chosen(bob, client_for, choose):
    choose(bob, off=["afterwards"], leads=[2880], quiet_from=time(22), quiet_until=time(7, 30))

    form = client_for(bob).get(reverse(PAGE)).context["form"]

    assert [name for name, _label in form.fields["mails"].choices] == ["reminders", "messages", "afterwards"]
    assert {name: form[name].value() for name in form.fields} == {
        "mails": ["reminders", "messages"],
        "leads": [2880],
        "quiet_from": time(22),
        "quiet_until": time(7, 30),
    }


def test_mentor_and_staff_are_asked_about_theirs(alice, client_for):
    add_kind("digest", render=lambda row, now: Message("s", "t", "h"), group=Group.DIGEST)
    make_staff(alice)

    form = client_for(alice).get(reverse(PAGE)).context["form"]

    names = [name for name, _label in form.fields["mails"].choices]
    assert names == ["reminders", "messages", "afterwards", "profile", "digest", "contact", "seals"]


def test_choice_is_kept(now, bob, client_for):
    chosen = {"mails": ["afterwards"], "leads": ["60", "15"], "quiet_from": "22:00", "quiet_until": "07:30"}

    answer = client_for(bob).post(reverse(PAGE), chosen)

    kept = Preference.objects.get(person=bob)
    assert (answer.status_code, answer["Location"]) == (302, reverse(PAGE))
    assert (kept.off, kept.leads, kept.quiet_from, kept.quiet_until) == (
        ["messages", "reminders"],
        [60, 15],
        time(22),
        time(7, 30),
    )


def test_choosing_nothing_is_a_choice(now, bob, client_for):
    client_for(bob).post(reverse(PAGE), {})

    kept = Preference.objects.get(person=bob)
    assert (kept.off, kept.leads, kept.quiet_from) == (["afterwards", "messages", "reminders"], [], None)


def test_what_was_not_asked_stays_as_it_was(now, bob, client_for, choose):
    choose(bob, off=["digest"])

    client_for(bob).post(reverse(PAGE), {"mails": ["reminders", "messages", "afterwards"]})

    assert Preference.objects.get(person=bob).off == ["digest"]


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({"leads": ["15", "30", "60", "120"]}, "leads", "too_many"),
        ({"leads": ["61"]}, "leads", "invalid_choice"),
        ({"mails": ["booked"]}, "mails", "invalid_choice"),
        ({"quiet_from": "22:00"}, "quiet_until", "required"),
        ({"quiet_until": "07:00"}, "quiet_from", "required"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "quiet_until", "same"),
        ({"quiet_from": "late", "quiet_until": "07:00"}, "quiet_from", "invalid"),
    ],
)
def test_choice_that_makes_no_sense_is_refused(bob, client_for, sent, field, code):
    answer = client_for(bob).post(reverse(PAGE), sent)

    assert answer.status_code == 422
    assert codes_of(answer.context["form"]) == {field: [code]}
    assert not Preference.objects.exists()


def test_signed_out_reader_has_no_preferences(client, db):
    answer = client.get(reverse(PAGE))

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"quiet_from": time(1)}, "quiet_hours_begin_and_end"),
        ({"quiet_from": time(1), "quiet_until": time(1)}, "quiet_hours_begin_and_end"),
        ({"leads": [15, 30, 60, 120]}, "three_reminders_at_most"),
    ],
)
def test_database_refuses_preferences_that_contradict_themselves(bob, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Preference.objects.create(person=bob, **fields)


def test_held_mail_keeps_its_date_once_something_may_have_left(due, bob, smtp_sink, in_quiet_hours):
    row = due(1, kind="optional")
    written = row.date
    Notification.objects.filter(pk=row.pk).update(attempts=1)

    drain_outbox()

    row.refresh_from_db()
    assert (row.state, row.date) == (State.PENDING, written)
    assert isinstance(written, datetime)
