"""Reminders: who is due for one, against a slow reading of random worlds; how often; who gets none; by which mail."""

from datetime import datetime, time, timedelta
from random import Random
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from common.refusals import RefusalError
from mentors.models import MentorProfile, ProfileState
from notifications.models import Group, InboxItem, Notification
from notifications.preferences import switch_off
from notifications.registry import Message, Nothing, kind_named
from programmes.changes import copy_programme
from programmes.members import leave, remove_member
from programmes.models import Invitee, Membership, MembershipState, Nudge, NudgeStage, Programme, ProgrammeState
from programmes.rosters.invitees import come_in
from programmes.words import inviting, reminding
from programmes.words.inviting import SIGNER, decline_url, find_due_invitees
from programmes.words.reminding import is_held_out, reminders_mark, switch_reminders
from search.reminders import sweep
from search.reminders.steps import list_steps
from search.reminders.sweep import NUDGE, find_due, note_steps, send_reminders
from sessions_app.models import AvailabilityWindow, Booking, BookingState, DateOverride, WaitlistEntry, WrittenQuestion
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of, markup_of
from tests.programmes.figures.worlds import World
from tests.programmes.making import make_programme
from tests.programmes.words.test_announcements import add_member
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)


@pytest.fixture
def reminding_programme(programme) -> Programme:
    """Which began long ago."""
    return start(programme)


@pytest.fixture
def nobody_held_out(monkeypatch) -> None:
    hold_out(monkeypatch)


def hold_out(monkeypatch, *who) -> None:
    for module in (sweep, inviting):
        monkeypatch.setattr(module, "is_held_out", lambda programme, one: one in who)


def start(programme: Programme) -> Programme:
    programme.first_day = (NOW - 200 * DAY).date()
    programme.last_day = None
    programme.reminds = True
    programme.save()
    return programme


def add_invitee(programme: Programme, address: str, *, told_at=NOW - 8 * DAY, **given) -> Invitee:
    said = {"invited_at": told_at or NOW, "told_at": told_at, **given}
    return Invitee.objects.create(programme=programme, address=address, **said)


def reminded() -> list[tuple[str, str, int]]:
    rows = Nudge.objects.filter(is_held_out=False).order_by("pk")
    return [(str(row.person.name if row.person else row.invitee.address), row.stage, row.number) for row in rows]


# --- a slow reading, one person after the other ---


def slow_first_moment(programme: Programme, membership: Membership) -> datetime:
    first = datetime.combine(programme.first_day, time(), ZoneInfo(programme.timezone))
    return first if first > membership.joined_at else membership.joined_at


def slow_stages(programme: Programme, membership: Membership, now: datetime) -> list[str]:
    person, since, stages = membership.person, slow_first_moment(programme, membership), []
    if membership.state != MembershipState.LIVE or not person.is_active:
        return []
    profile = MentorProfile.objects.filter(person=person).first()
    if profile and profile.state in ("declined", "suspended"):
        return []
    if profile and (
        profile.resting_since
        or (profile.paused_until and now.astimezone(ZoneInfo(person.timezone or "UTC")).date() < profile.paused_until)
    ):
        return []
    if membership.asks:
        bookings = [one for one in Booking.objects.filter(mentee=person) if one.state != "held"]
        written = list(WrittenQuestion.objects.filter(mentee=person))
        answered = [one for one in written if one.state == "answered"]
        asks = [one.created_at for one in bookings] + [one.asked_at for one in written]
        asks += [one.since for one in WaitlistEntry.objects.filter(person=person)]
        asks = sorted(one for one in asks if one >= since)
        agreed = [one for one in bookings if one.confirmed_at and one.confirmed_at >= since]
        met = any(one.state == "completed" and one.during.upper >= since for one in bookings)
        is_answered = any(one.settled_at >= since for one in answered)
        if not asks:
            if since + 14 * DAY <= now:
                stages.append("never_asked")
        elif met or is_answered:
            pass
        elif not agreed:
            if asks[-1] + 3 * DAY <= now:
                stages.append("nothing_yet")
        elif any(one.state in ("requested", "countered", "confirmed") for one in bookings):
            pass
        elif max(one.during.upper for one in agreed) + 7 * DAY <= now:
            stages.append("never_met")
    if membership.gives and since + 7 * DAY <= now:
        weekly = AvailabilityWindow.objects.filter(schedule__profile__person=person).exists()
        days = DateOverride.objects.filter(schedule__profile__person=person)
        if not weekly and not any(one.date >= now.date() and one.minutes for one in days):
            stages.append("no_times")
    return stages


class RemindedWorld(World):
    """Sessions of which few took place, some mentors without hours, and reminders that were sent before."""

    def fill(self) -> None:
        rng = self.rng
        for membership in Membership.objects.all():
            membership.joined_at = (
                NOW - rng.choice((0, 3, 7, 13, 14, 30, 100, 100, 140)) * DAY - rng.choice((0, 1)) * timedelta(seconds=1)
            )
            if rng.random() < 0.7:
                membership.state, membership.ended_at = MembershipState.LIVE, None
            if membership.ended_at:
                membership.ended_at = NOW
            membership.save()
        for booking in Booking.objects.all():
            booking.state = rng.choice([BookingState.CANCELLED, BookingState.MENTOR_NO_SHOW] * 8 + list(BookingState))
            was_agreed = booking.state in ("confirmed", "completed", "mentee_no_show", "mentor_no_show", "cancelled")
            booking.confirmed_at = booking.created_at + rng.random() * DAY if was_agreed else None
            Booking.objects.filter(pk=booking.pk).update(state=booking.state, confirmed_at=booking.confirmed_at)
        for person in self.mentors:
            if rng.random() < 0.5:
                AvailabilityWindow.objects.filter(schedule__profile__person=person).delete()
        for person in (*self.mentors, *self.mentees):
            for programme in (self.mine, self.other):
                for stage in ("never_asked", "no_times", "nothing_yet", "never_met"):
                    for number in range(1, 1 + rng.choice((0,) * 8 + (1, 1, 2))):
                        Nudge.objects.create(
                            programme=programme,
                            person=person,
                            stage=stage,
                            number=number,
                            at=NOW - rng.choice((1, 13, 14, 15, 15, 40, 40)) * DAY,
                            is_held_out=rng.random() < 0.3,
                        )
            if rng.random() < 0.1:
                person.is_active = False
                person.save()


def slow_due(programme: Programme, steps: dict[int, list[str]], now: datetime) -> dict[int, str]:
    due, nudges = {}, list(Nudge.objects.all())
    for person, stages in steps.items():
        theirs = [one for one in nudges if one.person_id == person]
        sent = [one.stage for one in theirs if one.programme_id == programme.pk]
        left = [one for one in ORDER if one in stages and sent.count(one) < 2]
        if left and not any(one.at > now - 14 * DAY for one in theirs):
            due[person] = left[0]
    return due


ORDER = ["never_asked", "no_times", "nothing_yet", "never_met"]


def test_who_is_due_is_what_a_slow_reading_says(programme, other):
    stages = []
    for seed in range(8):
        with transaction.atomic():
            rng = Random(seed)
            world = RemindedWorld(rng, start(programme), start(other), asking=24)
            world.add_mentors(6)
            world.fill()
            if seed % 3 == 0:
                programme.first_day = (NOW - rng.choice((5, 10, 20)) * DAY).date()
                programme.save()
            members = Membership.objects.filter(programme=programme).select_related("person")
            expected = {one.person_id: slow_stages(programme, one, NOW) for one in members}
            found: dict[int, list[str]] = {pk: [] for pk in expected}
            for person, stage in list_steps(programme, NOW):
                found[person].append(stage)
            due = slow_due(programme, expected, NOW)

            assert {pk: sorted(one) for pk, one in found.items()} == {pk: sorted(one) for pk, one in expected.items()}
            assert find_due(programme, NOW) == due
            for person in expected:
                assert find_due(programme, NOW, [person]) == {pk: one for pk, one in due.items() if pk == person}
            stages.extend(due.values())
            transaction.set_rollback(True)
    # Each kind of step was due for someone, and for most people nothing was.
    assert set(stages) == set(ORDER)


# --- how often ---


class TestSending:
    def test_twice_at_most_and_not_within_a_fortnight(self, reminding_programme, bob, nobody_held_out):
        add_member(reminding_programme, bob, joined_at=NOW - 30 * DAY)
        moments = [NOW + n * DAY for n in (0, 1, 13, 14, 15, 28, 60, 120)]

        counts = [send_reminders(now=moment) for moment in moments]

        assert counts == [1, 0, 0, 1, 0, 0, 0, 0]
        assert reminded() == [(bob.name, "never_asked", 1), (bob.name, "never_asked", 2)]
        assert Notification.objects.filter(kind=NUDGE, recipient=bob).count() == 2
        assert InboxItem.objects.filter(kind=NUDGE, recipient=bob).count() == 2

    def test_one_programme_waits_for_the_other(self, reminding_programme, other, bob, nobody_held_out):
        start(other)
        for one in (reminding_programme, other):
            add_member(one, bob, joined_at=NOW - 30 * DAY)

        assert [send_reminders(now=NOW + n * DAY) for n in (0, 1, 14, 28, 42, 56)] == [1, 0, 1, 1, 1, 0]

    @pytest.mark.parametrize("state", [ProgrammeState.DRAFT, ProgrammeState.ARCHIVED])
    def test_none_of_a_programme_that_does_not_run(self, reminding_programme, bob, state):
        add_member(reminding_programme, bob, joined_at=NOW - 30 * DAY)
        add_invitee(reminding_programme, "new@example.org")
        reminding_programme.state = state
        reminding_programme.save()

        assert send_reminders(now=NOW) == 0

    def test_none_once_it_is_over_or_switched_off(self, reminding_programme, alice, bob):
        add_member(reminding_programme, bob, joined_at=NOW - 30 * DAY)
        add_invitee(reminding_programme, "new@example.org")
        reminding_programme.last_day = (NOW - DAY).date()
        reminding_programme.save()
        assert send_reminders(now=NOW) == 0
        reminding_programme.last_day, reminding_programme.reminds = None, False
        reminding_programme.save()
        assert send_reminders(now=NOW) == 0

    def test_none_to_who_left_was_removed_or_only_asked(self, reminding_programme, alice, bob, charlie, dora):
        for person in (bob, charlie):
            add_member(reminding_programme, person, joined_at=NOW - 30 * DAY)
        add_member(reminding_programme, dora, joined_at=NOW - 30 * DAY, state=MembershipState.ASKED)
        leave(person=bob, programme=reminding_programme, now=NOW)
        remove_member(programme=reminding_programme, person=charlie, by=alice, now=NOW)

        assert send_reminders(now=NOW) == 0

    def test_as_many_as_a_run_allows_and_the_rest_later(self, reminding_programme, settings, nobody_held_out):
        settings.REMINDERS_A_RUN = 3
        for number in range(7):
            add_member(reminding_programme, make_person(f"p{number}@x.test", f"P{number}"), joined_at=NOW - 30 * DAY)

        assert [send_reminders(now=NOW) for _again in range(4)] == [3, 3, 1, 0]

    def test_mail_that_is_switched_off_leaves_the_line(self, reminding_programme, bob, nobody_held_out):
        add_member(reminding_programme, bob, joined_at=NOW - 30 * DAY)
        switch_off(person=bob, group=Group.NUDGES)
        send_reminders(now=NOW)

        assert kind_named(NUDGE).group == Group.NUDGES
        assert InboxItem.objects.filter(kind=NUDGE, recipient=bob).count() == 1

    def test_mail_whose_step_was_taken_meanwhile_says_nothing(self, reminding_programme, bob, nobody_held_out):
        add_member(reminding_programme, bob, joined_at=NOW - 30 * DAY)
        send_reminders(now=NOW)
        row = Notification.objects.get(kind=NUDGE)
        assert isinstance(kind_named(NUDGE).render(row, NOW), Message)
        WaitlistEntry.objects.create(person=bob, words="How?", since=NOW, until=NOW + DAY)

        assert isinstance(kind_named(NUDGE).render(row, NOW), Nothing)

    def test_database_keeps_one_of_each_number(self, reminding_programme, bob):
        said = {
            "programme": reminding_programme,
            "person": bob,
            "stage": "never_asked",
            "at": NOW,
            "is_held_out": False,
        }
        Nudge.objects.create(**said, number=1)
        for wrong in ({"number": 1}, {"number": 3}, {"number": 2, "stage": "invited"}, {"number": 2, "person": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Nudge.objects.create(**said | wrong)

    @pytest.mark.parametrize("stage", [one for one in NudgeStage if one != NudgeStage.INVITED])
    def test_each_stage_has_words_in_both_parts_and_a_page(
        self, reminding_programme, bob, stage, monkeypatch, client_for
    ):
        add_member(reminding_programme, bob, gives=True, joined_at=NOW - 30 * DAY)
        nudge = Nudge.objects.create(
            programme=reminding_programme, person=bob, stage=stage, number=1, at=NOW, is_held_out=False
        )
        monkeypatch.setattr("search.reminders.kinds.list_steps", lambda programme, now, people: [(bob.pk, stage)])
        row = Notification(kind=NUDGE, recipient=bob, subject_type=NUDGE, subject_id=nudge.pk)

        said = kind_named(NUDGE).render(row, NOW)

        assert reminding_programme.name in said.subject
        links = [one.attributes["href"] for one in elements_of(said.html, "a")]
        assert client_for(bob).get("/" + links[0].split("/", 3)[3]).status_code == 200
        assert links[0] in said.text


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_and_a_killed_one_remind_each_once(alice, maria, monkeypatch):
    programme = start(make_programme(alice, maria))
    people = [make_person(f"p{n}@x.test", f"P{n:02}") for n in range(20)]
    for person in people:
        add_member(programme, person, joined_at=NOW - 30 * DAY)
    hold_out(monkeypatch)
    whole, calls = sweep.schedule_notices, []

    def die_at_the_fifth(*dues, now):
        whole(*dues, now=now)
        calls.append(dues)
        if len(calls) == 5:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(sweep, "schedule_notices", die_at_the_fifth)
    with pytest.raises(Exception, match=r"terminat|closed"):
        send_reminders(now=NOW)
    connection.close()
    assert Nudge.objects.count() == Notification.objects.filter(kind=NUDGE).count() == 4
    race([lambda: send_reminders(now=NOW)] * 4)

    assert sorted(name for name, _stage, _number in reminded()) == [person.name for person in people]
    assert Notification.objects.filter(kind=NUDGE).values("recipient").distinct().count() == 20
    assert Notification.objects.filter(kind=NUDGE).count() == 20


# --- the tenth ---


class TestTenth:
    def test_it_is_always_the_same_and_about_a_tenth(self, programme, other):
        people = range(20_000)
        chosen = [who for who in people if is_held_out(programme, who)]

        assert chosen == [who for who in people if is_held_out(Programme.objects.get(pk=programme.pk), who)]
        assert 0.09 < len(chosen) / len(people) < 0.11
        # Of two programmes each has a tenth of its own.
        both = [who for who in chosen if is_held_out(other, who)]
        assert 0.07 < len(both) / len(chosen) < 0.13

    def test_who_is_in_it_is_written_down_and_told_nothing(self, reminding_programme, bob, charlie, monkeypatch):
        for person in (bob, charlie):
            add_member(reminding_programme, person, joined_at=NOW - 30 * DAY)
        add_invitee(reminding_programme, "new@example.org")
        hold_out(monkeypatch, bob.pk, "new@example.org")

        assert send_reminders(now=NOW) == 3
        assert reminded() == [(charlie.name, "never_asked", 1)]
        assert Nudge.objects.filter(is_held_out=True).count() == 2
        assert list(Notification.objects.filter(kind=NUDGE).values_list("recipient", flat=True)) == [charlie.pk]
        assert mail.outbox == []


# --- invited, and not in yet ---


class TestInvited:
    def test_second_invitation_twice_at_most(self, reminding_programme, nobody_held_out):
        add_invitee(reminding_programme, "new@example.org", told_at=NOW - 6 * DAY)

        counts = [send_reminders(now=NOW + n * DAY) for n in (0, 1, 2, 15, 16, 40)]

        assert counts == [0, 1, 0, 1, 0, 0]
        assert [one.to for one in mail.outbox] == [["new@example.org"]] * 2
        assert reminded() == [("new@example.org", "invited", 1), ("new@example.org", "invited", 2)]

    def test_one_fortnight_over_programmes_and_accounts(self, reminding_programme, other, bob, nobody_held_out):
        start(other)
        add_member(other, bob, joined_at=NOW - 30 * DAY)
        add_invitee(reminding_programme, bob.email)
        for one in (reminding_programme, other):
            add_invitee(one, "new@example.org")

        assert send_reminders(now=NOW) == 2
        assert send_reminders(now=NOW + 13 * DAY) == 0
        assert send_reminders(now=NOW + 14 * DAY) == 2

    @pytest.mark.parametrize(
        "given",
        [
            {"told_at": None},
            {"bounced": "no such user"},
            {"declined_at": NOW - DAY},
            {"try_after": NOW + DAY},
            {"invited_at": NOW - 181 * DAY},
        ],
    )
    def test_not_to_who_declined_or_cannot_be_reached(self, reminding_programme, given):
        add_invitee(reminding_programme, "new@example.org", **given)

        assert send_reminders(now=NOW) == 0

    @pytest.mark.parametrize("state", list(MembershipState))
    def test_not_to_members_nor_to_who_left_or_was_removed(self, reminding_programme, bob, state):
        is_inside = state in ("live", "asked")
        add_member(reminding_programme, bob, state=state, ended_at=None if is_inside else NOW)
        add_invitee(reminding_programme, bob.email)

        assert not find_due_invitees(reminding_programme, NOW).exists()

    def test_not_while_the_programme_takes_nobody(self, reminding_programme):
        add_invitee(reminding_programme, "new@example.org")
        reminding_programme.state = ProgrammeState.CLOSED
        reminding_programme.save()

        assert send_reminders(now=NOW) == 0

    def test_mail_has_both_ways_in_both_parts(self, reminding_programme, nobody_held_out):
        invitee = add_invitee(reminding_programme, "new@example.org", name="Zoë", gives=True)
        send_reminders(now=NOW)

        [sent] = mail.outbox
        html = sent.alternatives[0][0]
        for part in (sent.body, html):
            assert reminding_programme.name in part
            assert "Zoë" in part
            assert decline_url(invitee) in part
            assert reverse("programmes") in part

    def test_declined_by_the_link_without_an_account(self, reminding_programme, nobody_held_out):
        invitee = add_invitee(reminding_programme, "new@example.org")
        page = reverse("programme_decline", args=[SIGNER.sign(str(invitee.pk))])
        first = Client().get(page)
        invitee.refresh_from_db()
        assert (first.status_code, invitee.declined_at) == (200, None)
        assert elements_of(markup_of(first), "form", method="post")

        for _again in range(2):
            assert Client().post(page).status_code == 302
        invitee.refresh_from_db()
        assert invitee.declined_at is not None
        after = Client().get(page)
        assert (after.status_code, elements_of(markup_of(after), "button", class_="btn btn--primary")) == (200, [])
        assert send_reminders(now=NOW) == 0
        invitee.delete()
        assert (Client().get(page).status_code, Client().post(page).status_code) == (200, 302)
        for wrong in ("1", "1:abc", SIGNER.sign("1")[:-1]):
            assert Client().get(reverse("programme_decline", args=[wrong])).status_code == 404

    @pytest.mark.parametrize(
        ("error", "counts", "is_bounced"),
        [
            (ConnectionRefusedError(), [1, 1], False),
            (SMTPDataError(451, b"later"), [1, 1], False),
            (SMTPDataError(550, b"5.1.1 no such user"), [1, 0], True),
            (SMTPRecipientsRefused({"new@example.org": (550, b"5.1.1 no such user")}), [1, 0], True),
            (SMTPRecipientsRefused({"new@example.org": (450, b"4.2.1 try later")}), [1, 1], False),
            # Nobody knows whether it has left: no second copy.
            (SMTPServerDisconnected("gone"), [1, 0], False),
            (TimeoutError(), [1, 0], False),
        ],
    )
    def test_mail_server_that_fails(self, reminding_programme, monkeypatch, nobody_held_out, error, counts, is_bounced):
        invitee = add_invitee(reminding_programme, "new@example.org")
        tries = []

        def fail_once(letter):
            tries.append(letter.to)
            if len(tries) == 1:
                raise error

        monkeypatch.setattr(inviting, "send_here", fail_once)

        assert [send_reminders(now=NOW), send_reminders(now=NOW + 7 * 3600 * timedelta(seconds=1))] == counts
        invitee.refresh_from_db()
        assert bool(invitee.bounced) == is_bounced

    def test_who_comes_in_is_noted_and_its_row_forgets_the_address(self, reminding_programme, bob, nobody_held_out):
        add_invitee(reminding_programme, bob.email)
        send_reminders(now=NOW)

        assert come_in(person=bob, now=NOW + 3 * DAY) == [reminding_programme]

        nudge = Nudge.objects.get()
        assert (nudge.done_at, nudge.invitee_id, nudge.person_id) == (NOW + 3 * DAY, None, None)

    def test_who_comes_in_later_than_counts_is_not(self, reminding_programme, bob, nobody_held_out):
        add_invitee(reminding_programme, bob.email)
        send_reminders(now=NOW)

        come_in(person=bob, now=NOW + 14 * DAY)

        assert Nudge.objects.get().done_at is None


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_and_a_killed_one_mail_no_address_twice(alice, maria, monkeypatch):
    programme = start(make_programme(alice, maria))
    for number in range(12):
        add_invitee(programme, f"p{number}@example.org")
    hold_out(monkeypatch)
    sent: list[str] = []

    class KilledError(BaseException):
        pass

    def die_at_the_third(letter):
        sent.append(letter.to)
        if len(sent) == 3:
            raise KilledError

    monkeypatch.setattr(inviting, "send_here", die_at_the_third)
    with pytest.raises(KilledError):
        send_reminders(now=NOW)
    race([lambda: send_reminders(now=NOW)] * 4)

    assert sorted(sent) == sorted(f"p{number}@example.org" for number in range(12))


# --- what came of them ---


class TestSteps:
    def make(self, programme, person, stage, at=NOW - 10 * DAY, **given) -> Nudge:
        said = {"number": 1, "is_held_out": False, **given}
        return Nudge.objects.create(programme=programme, person=person, stage=stage, at=at, **said)

    def done_at(self, nudge: Nudge) -> datetime | None:
        note_steps(now=NOW)
        nudge.refresh_from_db()
        return nudge.done_at

    @pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (5, True), (9, True)])
    def test_question_after_a_reminder(self, programme, bob, days, counts):
        nudge = self.make(programme, bob, "never_asked")
        since = nudge.at + days * DAY
        WaitlistEntry.objects.create(person=bob, words="How?", since=since, until=NOW + DAY)

        assert self.done_at(nudge) == (since if counts else None)

    def test_question_after_the_time_that_counts(self, programme, bob):
        nudge = self.make(programme, bob, "never_asked", at=NOW - 16 * DAY)
        WaitlistEntry.objects.create(person=bob, words="How?", since=NOW - DAY, until=NOW + DAY)

        assert self.done_at(nudge) is None

    def test_hours_after_a_reminder_also_of_the_tenth(self, programme, bob):
        nudge = self.make(programme, bob, "no_times", is_held_out=True)
        assert self.done_at(nudge) is None
        make_mentor(bob)

        assert self.done_at(nudge) == NOW
        AvailabilityWindow.objects.all().delete()
        assert self.done_at(nudge) == NOW

    @pytest.mark.parametrize("stage", ["nothing_yet", "never_met"])
    def test_session_agreed_after_a_reminder(self, programme, other, stage):
        world = World(Random(1), programme, other)
        booking = Booking.objects.filter(mentee__isnull=False).first()
        person, moment = booking.mentee, NOW - 2 * DAY
        Booking.objects.filter(mentee=person).update(confirmed_at=None)
        nudge = self.make(world.mine, person, stage)
        assert self.done_at(nudge) is None
        Booking.objects.filter(pk=booking.pk).update(confirmed_at=moment)

        assert self.done_at(nudge) == moment


# --- the switch ---


class TestSwitch:
    def test_off_until_a_manager_switches_it_on_with_what_they_saw(
        self, programme, alice, dora, bob, maria, client_for
    ):
        assert not programme.reminds
        page, address = (
            reverse("programme_words", args=[programme.slug]),
            reverse("programme_reminders", args=[programme.slug]),
        )
        client = client_for(alice)
        shown = markup_of(client.get(page))
        assert elements_of(shown, "section", data_reminders="off")
        seen = reminders_mark(programme)

        assert client.post(address, {"reminders": "on", "seen": seen}).headers["Location"] == page
        assert elements_of(markup_of(client.get(page)), "section", data_reminders="on")
        assert client.post(address, {"reminders": "off", "seen": seen}).status_code == 409
        assert client.post(address, {"reminders": "maybe", "seen": seen}).status_code == 404
        programme.refresh_from_db()
        assert programme.reminds
        for person in (dora, bob, maria):
            with pytest.raises(PermissionDenied):
                switch_reminders(programme=programme, is_on=False, by=person, seen=reminders_mark(programme))
        with pytest.raises(RefusalError):
            switch_reminders(programme=programme, is_on=False, by=alice, seen=seen)

    def test_copy_keeps_it(self, reminding_programme, alice):
        assert copy_programme(programme=reminding_programme, by=alice, now=NOW).reminds

    def test_stages_have_days(self):
        assert set(reminding.DUE_AFTER) == set(NudgeStage)
        assert ProfileState.DECLINED == "declined"
