"""Every kind of notice and every event for other systems: some act leads to it, and it has words.

Each story is a short course of acts. What they schedule is rendered as it would be when it is due, the mails as well as
the lines of the inbox. Together the stories must come by every kind that an app has registered.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from about.contact import send_message as send_message_to_staff
from accounts.models import User
from accounts.privacy.erasing import ask_erasure
from accounts.privacy.exports import ask_export, write_due_copies
from accounts.privacy.retention import retain
from calendars.conflicts import tell_conflicts
from calendars.connecting import connect_address, disconnect
from calendars.looking import note_failure
from calendars.models import Connection, ConnectionState, ExportedEvent
from calendars.writing.health import note_failure as note_writing_failure
from common.filetypes import BY_NAME
from common.known import known
from common.zones import city_of
from events.afterwards.answers import AnswerInput, answer
from events.afterwards.clock import ask_after_events
from events.afterwards.goals import agree_to_witness, set_goal
from events.live.stamping import run_evenings
from events.models import Event, EventTable, Goal, Plan, PlanState, Side
from events.planning.publishing import publish_plan
from events.registering.acts import cancel_registration
from events.registering.clock import run_registrations
from events.registering.inviting import invite_mentors
from events.registering.managing import cancel_event, change_event
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from mentors.models import MentorProfile
from mentors.moderation.digests import announce_queue
from mentors.services import (
    ProfileTexts,
    approve_profile,
    ask_for_changes,
    decline_profile,
    save_words,
    submit_profile,
    suspend_profile,
)
from notifications import idle, my_data
from notifications.inbox import build_entries
from notifications.models import Group, InboxItem, Notification, Preference, State
from notifications.models.webhooks import WebhookDelivery
from notifications.preferences import switch_on
from notifications.registry import Message, UnknownKindError, kind_named, registered_kinds
from notifications.sending import breaker
from notifications.services import Due, schedule_notices, show_in_inbox
from notifications.webhooks import news as webhook_news
from notifications.webhooks.delivery import MAX_ATTEMPTS, claim_delivery, retry_or_give_up
from notifications.webhooks.events import known_events
from notifications.webhooks.services import make_endpoint
from programmes.managers import end_manager, give_manager
from programmes.members import answer_request as answer_asked
from programmes.members import join, remove_member
from programmes.models import Audience, Membership, Nudge, Programme
from programmes.rosters.invitees import come_in
from programmes.rosters.whole import RowSent, WholeList, replace_roster
from programmes.words.announcing import Words, announce, announcements_mark, send_announcements
from search.figures.choosing import choose_mails
from search.figures.rounds import schedule_mails
from search.reminders.sweep import NUDGE, send_reminders
from sessions_app.afterwards.followups import NextStepInput, write_next_step
from sessions_app.asking.advancing import advance_routes
from sessions_app.attendance.acts import answer_absent, join_call, run_late, say_absent, settle_silent
from sessions_app.attendance.confirming import ask_to_confirm
from sessions_app.attendance.digests import announce_disputes
from sessions_app.attendance.disputes import contest_missed, decide_attendance, explain_missed
from sessions_app.attendance.reviews import consider_numbers
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.booking.series import book_further
from sessions_app.booking.zone_changes import note_zone_changes
from sessions_app.conversation import clamd
from sessions_app.conversation.files import add_file
from sessions_app.conversation.messages import send_message
from sessions_app.conversation.scanning import settle_scan
from sessions_app.conversation.uploads import Upload
from sessions_app.models import AttendanceKind, Booking, BookingState, BusySpan, ZoneRules
from sessions_app.quiet.acts import rest_quiet_mentors
from sessions_app.waiting.acts import leave_waitlist, wait_for_help, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.written.acts import decline_written, expire_written, withdraw_written
from tests.conftest import NOW, at, make_mentor, make_person
from tests.events.afterwards.evening import CLOSED, close, meet
from tests.events.making import come, make_event, make_said
from tests.programmes.listing import invite
from tests.programmes.making import let_in, make_link, make_programme
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.written import ask, reply, writes
from tests.trust.cases import decide, make_team, object_to, report_profile
from trust.appeals import decide_appeal
from trust.cases import open_evidence, take_case
from trust.models import AppealOutcome, Case, Outcome, Report, ReportKind
from trust.notices import tell_owners_of_overdue
from trust.sanctions import lift_sanction
from trust.seals import seal_logs

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
END = THURSDAY + 25 * MINUTE
# A link in the middle of a sentence that begins like a sentence of its own
CAPITAL_WITHIN = re.compile(r", [A-Z][a-z]+ [a-z][a-z ]+ \(http")
CLOCK_TIME = re.compile(r"\b\d{1,2}:\d\d\b")
FRIDAY = at("2026-11-27 10:00")
WEEKS = [THURSDAY + 7 * DAY, THURSDAY + 14 * DAY]


@dataclass
class Cast:
    """alice mentors bob; maria is on the team."""

    alice: User
    bob: User
    maria: User

    def book(self, *, instant: bool = True) -> Booking:
        offer = self.alice.mentor_profile.offers.timed().get()
        offer.instant = instant
        offer.save()
        return book(offer, self.bob)

    def miss(self) -> Booking:
        """bob does not come, and says nothing."""
        booking = self.book()
        join_call(booking=booking, by=self.alice, now=THURSDAY)
        say_absent(booking=booking, by=self.alice, now=THURSDAY + 5 * MINUTE)
        settle_silent(now=THURSDAY + 15 * MINUTE)
        booking.refresh_from_db()
        return booking


def book_with_reminders(cast: Cast, leads: tuple[int, ...]) -> None:
    Preference.objects.create(person=cast.bob, leads=list(leads))
    cast.book()


def ask_again_later(cast: Cast) -> None:
    booking = cast.book()
    complete_ended(now=END)
    booking.refresh_from_db()
    write_next_step(booking=booking, step=NextStepInput("He asks", "I ask", date(2026, 11, 28)), by=cast.bob, now=END)


def answer_request(cast: Cast, answer: Callable[[Booking], object]) -> None:
    booking = cast.book(instant=False)
    let_mails_leave()
    answer(booking)


def offer_other_times(cast: Cast, request: Booking) -> Booking:
    starts = [FRIDAY, FRIDAY + 2 * HOUR]
    return counter_request(booking=request, starts=starts, by=cast.alice, now=NOW + HOUR)


def change_booking(cast: Cast, change: Callable[[Booking], object]) -> None:
    booking = cast.book()
    let_mails_leave()
    change(booking)


def book_several(cast: Cast, *, instant: bool, accepts: bool = False) -> None:
    first = cast.book()
    first.offer.instant = instant
    first.offer.save()
    made = book_further(booking=first, starts=WEEKS, by=cast.bob, now=NOW)
    if accepts:
        for request in made:
            accept_booking(booking=request, by=cast.alice, now=NOW + HOUR)


def change_clocks(cast: Cast) -> None:
    note_zone_changes(now=NOW, release="2026a")
    rules = ZoneRules.objects.get(zone="Asia/Kolkata")
    rules.offsets = [*rules.offsets, [int(at("2026-11-25 00:00").timestamp() // 60), 300]]
    rules.save()
    cast.book()
    note_zone_changes(now=NOW)


def say_not_here(cast: Cast) -> Booking:
    booking = cast.book()
    run_late(booking=booking, by=cast.bob, now=THURSDAY)
    join_call(booking=booking, by=cast.alice, now=THURSDAY)
    return say_absent(booking=booking, by=cast.alice, now=THURSDAY + 5 * MINUTE)


def say_came(cast: Cast) -> None:
    answer_absent(booking=say_not_here(cast), by=cast.bob, came=True, now=THURSDAY + 6 * MINUTE)


def explain(cast: Cast) -> None:
    explain_missed(booking=cast.miss(), by=cast.bob, words="A burst pipe", now=END)


def dispute(cast: Cast, *, decides: bool = False) -> None:
    booking = contest_missed(booking=cast.miss(), by=cast.bob, words="I was there", now=END)
    announce_disputes(now=END + HOUR)
    if decides:
        decided = AttendanceKind("mentor_missed")
        decide_attendance(booking=booking, decision=decided, by=cast.maria, reason="", now=END + HOUR)


def miss_too_often(cast: Cast) -> None:
    """bob is to confirm the next session, and alice, who missed more, is away."""
    now = END + DAY
    booking = cast.miss()
    book(
        make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get(),
        cast.bob,
        at("2026-11-30 10:00"),
        now=NOW,
    )
    for state, count in ((BookingState.MENTEE_NO_SHOW, 2), (BookingState.MENTOR_NO_SHOW, 3)):
        for number in range(count):
            begins = THURSDAY - (number + 1) * DAY
            fields = {"engagement": booking.engagement, "offer": booking.offer, "format": booking.format}
            people = {"mentor": cast.alice, "mentee": cast.bob, "created_at": NOW}
            Booking.objects.create(**fields, **people, state=state, during=(begins, begins + 25 * MINUTE))
    ask_to_confirm(now=at("2026-11-28 16:00"))
    consider_numbers(now=now)


def leave_requests(cast: Cast) -> None:
    """alice lets two requests run out."""
    profile = cast.alice.mentor_profile
    offer = profile.offers.get()
    offer.instant = False
    offer.save()
    for number, name in enumerate(("Nia New", "Ned New")):
        book(offer, make_person(f"n{number}@example.org", name), THURSDAY + number * HOUR)
        expire_overdue(now=NOW + 2 * DAY)
    rest_quiet_mentors(now=NOW + 2 * DAY)


def rest(cast: Cast, *, days: int) -> None:
    """bob waits for alice, who has no time left and says nothing for so long."""
    profile = cast.alice.mentor_profile
    wait_for_mentor(profile=profile, words=QUESTION, known=[], person=cast.bob, now=NOW)
    profile.schedule.windows.all().delete()
    rest_quiet_mentors(now=NOW + days * DAY)


def hold_for_who_waits(cast: Cast) -> None:
    profile = cast.alice.mentor_profile
    wait_for_mentor(profile=profile, words=QUESTION, known=[], person=cast.bob, now=NOW)
    hand_out_freed_time(now=NOW)


def ask_for_who_waits(cast: Cast, *, leaves: bool = False) -> None:
    """Nobody says yes for three days, or the person goes away first."""
    waiting = wait_for_help(words=QUESTION, filters="", person=cast.bob, now=NOW, asks_mentors=True)
    advance_routes(now=NOW)
    if leaves:
        leave_waitlist(waiting=waiting, by=cast.bob, now=NOW + HOUR)
        advance_routes(now=NOW + HOUR)


def write_message(cast: Cast) -> None:
    send_message(engagement=cast.book().engagement, body="Which offer?", by=cast.alice, now=NOW, key="k")


def ask_written(cast: Cast, settle: Callable | None = None) -> None:
    written = ask(writes(cast.alice.mentor_profile), cast.bob)
    let_mails_leave(only=("written_asked",))
    if settle:
        settle(written)


def ask_back(cast: Cast, written) -> None:
    send_message(engagement=written.engagement, body="Which level?", by=cast.alice, now=NOW + HOUR, key="k")


def change_profile(cast: Cast, decide: Callable[[MentorProfile], object] | None = None) -> None:
    profile = cast.alice.mentor_profile
    save_words(profile=profile, words=ProfileTexts(headline="Chief engineer"))
    profile = submit_profile(profile=profile, by=cast.alice, now=NOW)
    announce_queue(now=NOW)
    if decide:
        decide(profile)


def go_to_event(cast: Cast, *, leads: tuple[int, ...] = ()) -> Event:
    if leads:
        Preference.objects.create(person=cast.bob, leads=list(leads))
    event = make_event(cast.maria, places={Side.MENTEE: 1, Side.MENTOR: 1})
    invite_mentors(event=event, profiles=[cast.alice.mentor_profile], now=NOW)
    come(event, cast.bob)
    come(event, cast.maria)
    return event


def give_up_place(cast: Cast, *, before: timedelta) -> None:
    """How a place is passed on depends on how soon it begins."""
    event = go_to_event(cast)
    moment = event.start - before
    cancel_registration(registration=event.registrations.get(person=cast.bob), by=cast.bob, now=moment)


def publish_timetable(cast: Cast) -> None:
    """The second one has another meeting, so people are told again."""
    event = make_event(cast.maria)
    for person, side in ((cast.bob, Side.MENTEE), (cast.alice, Side.MENTOR)):
        come(event, person, side=side)
    mentee, mentor = (registration.pk for registration in event.registrations.order_by("pk"))
    EventTable.objects.create(event=event, number=1, name="One")
    for number in (1, 2):
        fields = {"state": PlanState.PROPOSED, "by": cast.maria, "asked_at": NOW, "number": number}
        plan = Plan.objects.create(event=event, meetings=[[mentee, mentor, number, 1]], **fields)
        publish_plan(plan=plan, now=NOW)
    # Nobody starts its clock, so it is closed the day after.
    run_evenings(now=event.end + DAY)


def offer_hours(cast: Cast) -> Event:
    said = OfficeHoursInput("Office hours", "", THURSDAY, 45, 6)
    return offer_office_hours(host=cast.alice, said=said, now=NOW)


def meet_at_event(cast: Cast) -> Goal:
    """alice and bob both want to talk again, and bob sets a goal of which she is to be the witness."""
    event = make_event(cast.maria)
    mentor, mentee = come(event, cast.alice, side=Side.MENTOR), come(event, cast.bob)
    pair = meet(mentor, mentee)
    event = close(event)
    ask_after_events(now=CLOSED)
    for one in (mentor, mentee):
        answer(registration=one, said={pair.pk: AnswerInput(again=True)}, now=CLOSED)
    return set_goal(registration=mentee, text="Asked for the level", witness=mentor, now=CLOSED)


def have_a_witness(cast: Cast) -> None:
    goal = meet_at_event(cast)
    agree_to_witness(goal=goal, witness=known(goal.witness), now=CLOSED)


def end_event(cast: Cast, end: Callable[[Event], object]) -> None:
    end(go_to_event(cast))


def report(cast: Cast) -> Report:
    """bob doesn't feel safe with alice, and nobody decides in time."""
    made = report_profile(cast.alice, cast.bob, kind=ReportKind.SAFETY)
    tell_owners_of_overdue(now=NOW + 2 * DAY)
    return made


def take_over(cast: Cast) -> None:
    case, [other] = report(cast).case, make_team(1)
    take_case(case=case, by=cast.maria, now=NOW)
    take_case(case=case, by=other, now=NOW + 2 * DAY)


def decide_report(cast: Cast) -> Case:
    [cast.owner] = make_team(1)
    return decide(report(cast).case, cast.maria, Outcome.LIMIT)


def answer_appeal(cast: Cast) -> None:
    appeal = object_to(decide_report(cast))
    open_evidence(case=appeal.sanction.case, reason="To answer", by=cast.owner, now=NOW)
    decide_appeal(appeal=appeal, outcome=AppealOutcome.REJECTED, answer="It stays", by=cast.owner, now=NOW)


def end_early(cast: Cast) -> None:
    lift_sanction(sanction=decide_report(cast).sanction, by=cast.maria, now=NOW)


def scan_a_file(cast: Cast, outcome: clamd.Outcome) -> None:
    upload = Upload("letter.txt", BY_NAME["txt"], b"Dear Alice")
    file = add_file(engagement=cast.book().engagement, upload=upload, by=cast.bob, now=NOW)
    settle_scan(file, clamd.Verdict(outcome, "Some-Virus"), now=NOW)


def fall_idle(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(last_login=NOW - timedelta(days=680))
    for days in (0, 47):
        retain(now=NOW + timedelta(days=days))


def leave_list(cast: Cast) -> None:
    programme = make_programme(cast.alice, cast.maria)
    for listed, confirm in ((cast.bob, None), (cast.alice, 1)):
        given = WholeList([RowSent(listed.email)], gives=False, asks=True, confirm=confirm)
        replace_roster(programme=programme, given=given, by=cast.alice, now=NOW)
        come_in(person=listed, now=NOW)


def apply_list(cast: Cast) -> None:
    """bob manages with alice, who invites someone by a list."""
    programme = make_programme(cast.alice, cast.maria)
    give_manager(programme=programme, person=cast.bob, by=cast.maria, now=NOW)
    invite(programme, cast.alice, "email", "kim@uni.example")


def run_programme(cast: Cast, *, until: str) -> None:
    """bob asks to join what alice manages, and hears of what follows."""
    programme = make_programme(cast.alice, cast.maria)
    about = {"programme": programme, "by": cast.alice, "now": NOW}
    join(person=cast.bob, invitation=make_link(programme, cast.alice, needs_yes=True)[0], now=NOW)
    if until == "asked":
        return
    answer_asked(person=cast.bob, is_accepted=until != "declined", reason="", **about)
    if until == "removed":
        remove_member(person=cast.bob, **about)
    if until == "ended":
        give_manager(programme=programme, person=cast.bob, by=cast.maria, now=NOW)
        end_manager(programme=programme, person=cast.alice, by=cast.maria, now=NOW)


def mail_figures(cast: Cast) -> None:
    """alice has asked for the figures of a programme that is three weeks old."""
    programme = make_programme(cast.alice, cast.maria)
    programme.made_at = NOW - timedelta(days=21)
    programme.save()
    choose_mails(programme=programme, rhythms=["weekly", "monthly"], by=cast.alice, now=NOW - timedelta(days=40))
    schedule_mails(now=NOW)


def announce_to_members(cast: Cast) -> None:
    """bob has switched on the mails of announcements, and is in what alice manages."""
    programme = make_programme(cast.alice, cast.maria)
    let_in(cast.bob, programme, cast.alice)
    switch_on(person=cast.bob, group=Group.NEWS)
    seen = announcements_mark(programme)
    announce(programme=programme, given=Words(Audience.ALL, "Friday"), by=cast.alice, now=NOW, seen=seen)
    send_announcements(now=NOW)


def remind_members(cast: Cast) -> None:
    """bob has been in a programme that reminds its people for a month, and asked nobody."""
    programme = make_programme(cast.alice, cast.maria)
    Programme.objects.update(reminds=True, first_day=NOW.date() - timedelta(days=60))
    membership = let_in(cast.bob, programme, cast.alice)
    Membership.objects.filter(pk=membership.pk).update(joined_at=NOW - timedelta(days=30))
    send_reminders(now=NOW)
    # Of the tenth that gets none, too, so that it isn’t chance whether there is one.
    if not Notification.objects.filter(kind=NUDGE).exists():
        nudge = Nudge.objects.get(person=cast.bob)
        schedule_notices(Due(NUDGE, cast.bob.pk, NUDGE, nudge.pk, 0, NOW, NOW + timedelta(days=5)), now=NOW)


def lose_calendar(cast: Cast, code: str, *, after: timedelta) -> None:
    """bob's calendar fails, and still does after that time."""
    made = connect_address(person=cast.bob, address="https://example.org/a.ics", now=NOW)
    Connection.objects.update(state=ConnectionState.ACTIVE, synced_at=NOW)
    for moment in (NOW - after, NOW):
        Connection.objects.update(lease_until=NOW)
        made.refresh_from_db()
        note_failure(made, code, moment)


def lose_writing(cast: Cast) -> None:
    """Sessions can't be put into bob's calendar for a day."""
    booking = cast.book()
    made = connect_address(person=cast.bob, address="https://example.org/a.ics", now=NOW)
    calendar = made.calendars.get()
    Connection.objects.update(state=ConnectionState.ACTIVE, writes_to=calendar, writes_since=NOW)
    row = ExportedEvent.objects.create(
        booking=booking, person=cast.bob, calendar=calendar, next_at=NOW, lease_until=NOW, lease_token=uuid4()
    )
    for moment in (NOW - timedelta(days=1), NOW):
        note_writing_failure(row, "unreachable", moment)


def stop_writing_sessions(cast: Cast) -> None:
    """Both have sessions put into a calendar, and disconnect before that was done."""
    booking = cast.book()
    for person in (cast.alice, cast.bob):
        connection = connect_address(person=person, address=f"https://example.org/{person.pk}", now=NOW)
        calendar = connection.calendars.get()
        ExportedEvent.objects.create(booking=booking, person=person, calendar=calendar, next_at=NOW)
        disconnect(connection=connection, now=NOW)


def give_up_webhook(cast: Cast) -> None:
    cast.book()
    row = known(claim_delivery(NOW))
    row.attempts = MAX_ATTEMPTS
    retry_or_give_up(row, "503 busy", NOW)


def book_busy_time(cast: Cast) -> None:
    """alice has put something else there, which is read after the booking."""
    booking = cast.book()
    BusySpan.objects.create(person=cast.alice, calendar=1, during=booking.during)
    tell_conflicts(cast.alice, NOW)


STORIES: dict[str, Callable[[Cast], object]] = {
    "report about safety": report,
    "case taken over": take_over,
    "case decided": decide_report,
    "appeal": lambda cast: object_to(decide_report(cast)),
    "appeal answered": answer_appeal,
    "decision ended early": end_early,
    "event, reminded early": lambda cast: go_to_event(cast, leads=(2880, 1440, 720)),
    "event, reminded on the day": lambda cast: go_to_event(cast, leads=(240, 120, 60)),
    "event, reminded late": lambda cast: go_to_event(cast, leads=(30, 15)),
    "event, place passed on": lambda cast: give_up_place(cast, before=2 * DAY),
    "event, place offered": lambda cast: give_up_place(cast, before=9 * HOUR),
    "event, place for all": lambda cast: give_up_place(cast, before=2 * HOUR),
    "event moved": lambda cast: end_event(
        cast,
        lambda it: change_event(
            event=it, said=make_said(start=it.start + DAY, places={Side.MENTEE: 1, Side.MENTOR: 1}), now=NOW
        ),
    ),
    "timetable": publish_timetable,
    "event cancelled": lambda cast: end_event(cast, lambda it: cancel_event(event=it, reason="Flood", now=NOW)),
    "event, removed": lambda cast: end_event(
        cast,
        lambda it: cancel_registration(registration=it.registrations.get(person=cast.bob), by=cast.maria, now=NOW),
    ),
    "event, no place": lambda cast: end_event(cast, lambda it: run_registrations(now=it.start)),
    "office hours with someone": lambda cast: come(offer_hours(cast), cast.bob),
    "office hours without people": lambda cast: run_registrations(now=offer_hours(cast).start),
    "event over": meet_at_event,
    "event over, with a witness": have_a_witness,
    "reminded early": lambda cast: book_with_reminders(cast, (2880, 1440, 720)),
    "reminded on the day": lambda cast: book_with_reminders(cast, (240, 120, 60)),
    "reminded late": lambda cast: book_with_reminders(cast, (30, 15)),
    "asked later": ask_again_later,
    "requested": lambda cast: cast.book(instant=False),
    "accepted": lambda cast: answer_request(
        cast, lambda request: accept_booking(booking=request, by=cast.alice, now=NOW + HOUR)
    ),
    "more time to answer": lambda cast: answer_request(
        cast, lambda request: extend_request(booking=request, by=cast.alice, now=NOW + HOUR)
    ),
    "other times": lambda cast: answer_request(cast, lambda request: offer_other_times(cast, request)),
    "time chosen": lambda cast: answer_request(
        cast,
        lambda request: choose_time(
            booking=offer_other_times(cast, request), start=FRIDAY, by=cast.bob, now=NOW + 2 * HOUR
        ),
    ),
    "no time chosen": lambda cast: answer_request(
        cast, lambda request: expire_overdue(now=known(offer_other_times(cast, request).expires_at))
    ),
    "declined": lambda cast: answer_request(
        cast, lambda request: decline_booking(booking=request, by=cast.alice, reason="", now=NOW + HOUR)
    ),
    "withdrawn": lambda cast: answer_request(
        cast, lambda request: withdraw_booking(booking=request, by=cast.bob, now=NOW + HOUR)
    ),
    "expired": lambda cast: answer_request(cast, lambda _request: expire_overdue(now=NOW + 25 * HOUR)),
    "moved": lambda cast: change_booking(
        cast, lambda it: move_booking(booking=it, start=at("2026-11-27 10:00"), by=cast.bob, now=NOW + HOUR)
    ),
    "cancelled": lambda cast: change_booking(
        cast, lambda it: cancel_booking(booking=it, by=cast.bob, reason="Ill", now=NOW + HOUR)
    ),
    "several dates": lambda cast: book_several(cast, instant=True),
    "several requests": lambda cast: book_several(cast, instant=False),
    "several accepted": lambda cast: book_several(cast, instant=False, accepts=True),
    "clocks changed": change_clocks,
    "not here": say_not_here,
    "says that they came": say_came,
    "missed": lambda cast: cast.miss(),
    "explained": explain,
    "disputed": dispute,
    "decided": lambda cast: dispute(cast, decides=True),
    "missed too often": miss_too_often,
    "requests run out": leave_requests,
    "quiet mentor": lambda cast: rest(cast, days=22),
    "resting mentor": lambda cast: rest(cast, days=46),
    "held time": hold_for_who_waits,
    "asked to help": ask_for_who_waits,
    "helped meanwhile": lambda cast: ask_for_who_waits(cast, leaves=True),
    "message": write_message,
    "asked in writing": ask_written,
    "asked back": lambda cast: ask_written(cast, lambda written: ask_back(cast, written)),
    "written answers": lambda cast: ask_written(cast, reply),
    "declined in writing": lambda cast: ask_written(
        cast, lambda written: decline_written(written=written, by=cast.alice, reason="", now=NOW + HOUR)
    ),
    "not written answers": lambda cast: ask_written(cast, lambda _written: expire_written(now=NOW + 3 * DAY)),
    "withdrawn in writing": lambda cast: ask_written(
        cast, lambda written: withdraw_written(written=written, by=cast.bob, now=NOW + HOUR)
    ),
    "profile sent": change_profile,
    "profile approved": lambda cast: change_profile(
        cast, lambda profile: approve_profile(profile=profile, by=cast.maria, now=NOW)
    ),
    "profile to change": lambda cast: change_profile(
        cast, lambda profile: ask_for_changes(profile=profile, points={"headline": "Say"}, by=cast.maria, now=NOW)
    ),
    "profile declined": lambda cast: change_profile(
        cast, lambda profile: decline_profile(profile=profile, reason="Spam", by=cast.maria, now=NOW)
    ),
    "profile suspended": lambda cast: suspend_profile(
        profile=cast.alice.mentor_profile, reason="Spam", by=cast.maria, now=NOW
    ),
    "written to staff": lambda cast: send_message_to_staff(
        name="Bob", email="bob@example.org", text="Hello", key="k", address="192.0.2.7", person=None, now=NOW
    ),
    "copy of one's data": lambda cast: (ask_export(person=cast.bob, now=NOW), write_due_copies(now=NOW)),
    "account of two years ago": fall_idle,
    "account deleted": lambda cast: ask_erasure(person=cast.bob, now=NOW),
    "virus in a file": lambda cast: scan_a_file(cast, clamd.Outcome.FOUND),
    "file that can't be scanned": lambda cast: scan_a_file(cast, clamd.Outcome.REFUSED),
    "booked at a busy time": book_busy_time,
    "calendar refused": lambda cast: lose_calendar(cast, "refused", after=timedelta()),
    "calendar away for a day": lambda cast: lose_calendar(cast, "broken", after=timedelta(days=1)),
    "sessions not written for a day": lose_writing,
    "sessions not written any more": stop_writing_sessions,
    "calendar away for a week": lambda cast: lose_calendar(cast, "broken", after=timedelta(days=7)),
    "asks for a programme": lambda cast: run_programme(cast, until="asked"),
    "let into a programme": lambda cast: run_programme(cast, until="in"),
    "declined by a programme": lambda cast: run_programme(cast, until="declined"),
    "removed from a programme": lambda cast: run_programme(cast, until="removed"),
    "off the list of a programme": leave_list,
    "list of a programme applied": apply_list,
    "manages no more": lambda cast: run_programme(cast, until="ended"),
    "figures by mail": mail_figures,
    "announcement of a programme": announce_to_members,
    "reminder of a programme": remind_members,
    "logs sealed": lambda cast: seal_logs(now=NOW),
    "webhook given up": give_up_webhook,
    "mail refused": lambda cast: breaker.tell_staff(NOW),
}


def let_mails_leave(only: tuple[str, ...] = ()) -> None:
    """What is due later than the first news is not told: its moment comes after the next act."""
    rows = Notification.objects.filter(due_at__lte=NOW)
    (rows.filter(kind__in=only) if only else rows).update(state=State.SENT, sent_at=NOW)


@dataclass
class Told:
    """Names of kinds: those that left words, by way of mail and inbox, and those with a row of the wrong subject."""

    scheduled: set[str] = field(default_factory=set)
    mails: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    capitals: set[str] = field(default_factory=set)
    zoneless: set[str] = field(default_factory=set)

    def read(self) -> None:
        rows, items = list(Notification.objects.select_related("recipient")), list(InboxItem.objects.all())
        for row in (*rows, *items):
            self.scheduled.add(row.kind)
            if row.subject_type != kind_named(row.kind).subject_type:
                self.odd.add(row.kind)
        for row in rows:
            said = kind_named(row.kind).render(row, max(row.due_at, NOW))
            if isinstance(said, Message) and said.subject and said.text and said.html:
                self.mails.add(row.kind)
                self.capitals |= set(CAPITAL_WITHIN.findall(said.text))
                if any(lacks_zone(words, row.recipient) for words in (said.subject, said.text)):
                    self.zoneless.add(row.kind)
        for item in items:
            [entry] = build_entries([item], reader=User.objects.get(pk=item.recipient_id), now=item.at)
            if entry.line and entry.line.text and entry.line.url:
                self.lines.add(item.kind)
        self.events |= set(WebhookDelivery.objects.values_list("event", flat=True))


# Whether these words have a clock time, and neither `London (GMT)` nor `(London)` for a reader in London. The city
# alone is not enough: it may be in the other person's time.
def lacks_zone(words: str, reader: User) -> bool:
    city = city_of(reader.zone_name)
    return bool(CLOCK_TIME.search(words)) and f"{city} (" not in words and f"({city})" not in words


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def told(alice, bob, maria, topic) -> Told:
    for profile in (alice.mentor_profile, alice.mentor_profile.draft):
        profile.topics.set([topic])
    make_mentor(make_person("priya@example.org", "Priya Patel"))
    make_endpoint(url="https://example.org/hook", events=known_events(), by=maria, now=NOW)
    told = Told()
    for act in STORIES.values():
        with undone():
            act(Cast(*User.objects.filter(pk__in=[alice.pk, bob.pk, maria.pk]).order_by("pk")))
            told.read()
    return told


def test_every_kind_is_scheduled_by_some_act_and_has_words(told):
    """A kind with no words for mail or inbox says so by None."""
    kinds = registered_kinds()

    assert told.odd == set()
    assert told.scheduled == {kind.name for kind in kinds}
    assert told.mails == {kind.name for kind in kinds if kind.render}
    assert told.lines == {kind.name for kind in kinds if kind.lines}
    assert told.events == set(known_events())
    assert told.capitals == set()
    assert told.zoneless == set()


def test_a_kind_that_no_app_has_registered_cannot_be_scheduled(bob, maria):
    def due(kind: str) -> Due:
        return Due(kind, bob.pk, "booking", 1, 0, NOW, NOW + DAY)

    for schedule, kind in (
        (lambda due: schedule_notices(due, now=NOW), "no such kind"),
        (lambda due: schedule_notices(due, now=NOW), "running_late"),
        (show_in_inbox, "no such kind"),
        (show_in_inbox, "feedback_nudge"),
    ):
        with pytest.raises(UnknownKindError):
            schedule(due(kind))
    assert Notification.objects.count() == InboxItem.objects.count() == 0


def test_every_list_of_kinds_is_registered_and_no_name_comes_twice():
    modules = [path for app in settings.BASE_DIR.glob("*/apps.py") for path in app.parent.rglob("kinds.py")]
    names = [".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts) for path in modules]
    lists = [
        breaker.KINDS,
        idle.KINDS,
        my_data.KINDS,
        webhook_news.KINDS,
        *(import_module(name).KINDS for name in names),
    ]
    kinds = [kind.name for kinds in lists for kind in kinds]

    assert len(names) == 18
    assert sorted(kinds) == sorted(kind.name for kind in registered_kinds())


def test_every_mail_takes_zone_clock_and_language_from_its_reader():
    """`NoticeReader` renders what goes through the outbox; mails about an account may go to people without one."""
    apps = [path.parent for path in settings.BASE_DIR.glob("*/apps.py")]
    modules = [path for app in apps for path in app.rglob("*.py") if "render_mail(" in path.read_text()]

    assert {str(path.relative_to(settings.BASE_DIR)) for path in modules} == {
        "common/mail/rendering.py",
        "accounts/mail.py",
        "notifications/readers.py",
    }
