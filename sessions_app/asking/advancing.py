"""What the clock does for people for whom mentors are asked: it notes the answers, and asks the next mentor.

Each step is a transaction of its own, and what is due next is noted last, so a worker that dies on the way leaves
nothing undone: the next look begins where this one stopped.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from mentors.models import MentorProfile, Offer
from notifications.services import schedule_notices
from sessions_app.availability.worker_hints import advance_soon
from sessions_app.errors import SessionError
from sessions_app.locks import atomic_act, lock_people
from sessions_app.models import Booking, Brief, HeldTime, Route, RouteKind, WaitlistEntry
from sessions_app.models.states import OPEN
from sessions_app.models.stuck import ClockAct
from sessions_app.models.waiting import WaitlistOutcome
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import check_mentee
from sessions_app.questions.suggestions import who_could_be_asked
from sessions_app.stuck_rows import act_on_each
from sessions_app.waiting.acts import end_entry, release_time
from sessions_app.waiting.handing_out import OF_THE_PERSON
from sessions_app.written.acts import ask_in_writing

from .acts import extra_times, offer_of, times_to_offer
from .notices import asked_due
from .settling import answer_until, settle_route

# Where nobody could be asked, others may be there later.
LOOKS_AGAIN, DAY = timedelta(hours=1), timedelta(days=1)


def advance_routes(*, now: datetime) -> int:
    """Do what is due for everyone for whom mentors are asked. Returns for how many. Two workers at once do no harm."""
    due = WaitlistEntry.objects.to_advance(now).select_related("person", "brief")
    return act_on_each(ClockAct.ADVANCE_ROUTES, due, lambda waiting: advance(waiting, now=now), now=now)


def advance(waiting: WaitlistEntry, *, now: datetime) -> bool:
    seen = waiting.advance_at
    end_if_booked(waiting, now=now)
    settle_routes(waiting, now=now)
    waiting.refresh_from_db(fields=["ended_at"])
    due: datetime | None
    if not waiting.is_live(now):
        due = wind_up(waiting, now=now)
    else:
        if waiting.asks_mentors and not HeldTime.objects.open().filter(person=waiting.person_id).exists():
            ask_next(waiting, RouteKind.REQUEST, now=now)
        if waiting.asks_writers and now >= writers_begin(waiting):
            ask_next(waiting, RouteKind.WRITING, now=now)
        due = min(due_moments(waiting, now=now))
    # Something that was decided meanwhile has written another moment: then the next look is due at once.
    WaitlistEntry.objects.filter(pk=waiting.pk, advance_at=seen).update(advance_at=due)
    return True


def settle_routes(waiting: WaitlistEntry, *, now: datetime) -> None:
    for route in waiting.routes.to_settle().select_related("waiting"):
        settle_route(route, now=now)


def wind_up(waiting: WaitlistEntry, *, now: datetime) -> datetime | None:
    """Leave nothing open of a search that is over.

    Returns when to look again: where it is over by the calendar alone, the person may still take the time that is held.
    """
    if waiting.ended_at:
        for held in waiting.held_times.open().select_related("booking"):
            release_time(held=held, now=now)
        settle_routes(waiting, now=now)
    if ends := list(ends_of_routes(waiting, now=now)):
        return min(ends)
    Brief.objects.filter(asked_for=waiting).delete()
    return None


def writers_begin(waiting: WaitlistEntry) -> datetime:
    """When the first is asked in writing: others may have offered a time by then."""
    begins: datetime = waiting.since + settings.WRITERS_AFTER
    return begins


def due_moments(waiting: WaitlistEntry, *, now: datetime) -> Iterator[datetime]:
    """When there is next something to look at; all in the future."""
    yield waiting.until
    yield from ends_of_routes(waiting, now=now)
    for kind, is_wanted in ((RouteKind.REQUEST, waiting.asks_mentors), (RouteKind.WRITING, waiting.asks_writers)):
        if is_wanted and may_ask(waiting, kind):
            yield max(writers_begin(waiting) if kind == RouteKind.WRITING else now, now + LOOKS_AGAIN)


def ends_of_routes(waiting: WaitlistEntry, *, now: datetime) -> Iterator[datetime]:
    for route in waiting.routes.open().select_related("held", "written"):
        ends = route.held.until if route.held else route.written.due_at if route.written else route.until
        yield max(ends, now + timedelta(minutes=1))


def may_ask(waiting: WaitlistEntry, kind: RouteKind) -> bool:
    most = settings.MAX_ROUTES if kind == RouteKind.REQUEST else settings.MAX_WRITER_ROUTES
    return not is_asking(waiting, kind) and waiting.routes.filter(kind=kind).count() < most


def is_asking(waiting: WaitlistEntry, kind: RouteKind) -> bool:
    return waiting.routes.open().filter(kind=kind).exists()


@atomic_act
def end_if_booked(waiting: WaitlistEntry, *, now: datetime) -> None:
    """End the waiting of someone who has booked a session about these very words by themselves."""
    lock_people(waiting.person_id)
    same = Booking.objects.filter(mentee=waiting.person_id, engagement__brief__question=waiting.words)
    booked = same.filter(state__in=OPEN, created_at__gt=waiting.since)
    live = WaitlistEntry.objects.live(now).filter(pk=waiting.pk).first()
    if live and booked.exists():
        end_entry(live, WaitlistOutcome.BOOKED, now=now)


def ask_next(waiting: WaitlistEntry, kind: RouteKind, *, now: datetime) -> None:
    """Ask the best mentor whom nothing stands against, if none is asked at present."""
    if not may_ask(waiting, kind):
        return
    for_them = Route.objects.filter(waiting__person=waiting.person_id, opened_at__gt=now - DAY)
    if for_them.count() >= settings.MAX_ROUTES_A_DAY:
        return
    left = who_is_left(waiting, kind, now=now)
    for offer in with_times_first(waiting, left, now=now) if kind == RouteKind.REQUEST else left:
        try:
            is_settled = open_route(waiting, offer, kind, now=now)
        except SessionError as refused:
            is_settled = refused.code in OF_THE_PERSON
        if is_settled:
            return


def who_is_left(waiting: WaitlistEntry, kind: RouteKind, *, now: datetime) -> list[Offer]:
    """The offers of those who weren't asked in this way yet and could be, the best match first."""
    asked = frozenset(waiting.routes.filter(kind=kind).values_list("mentor", flat=True))
    return who_could_be_asked(
        waiting.words,
        waiting.filters,
        mentee=waiting.person,
        without=asked,
        for_writing=kind == RouteKind.WRITING,
        now=now,
    )


def with_times_first(waiting: WaitlistEntry, offers: Sequence[Offer], *, now: datetime) -> Iterator[Offer]:
    """Those whose mentor has a free time that this person could take, then those whose mentor could open one.

    The others could only say no, which costs both of them time: those are left out. They may have times later.
    """
    could_open = []
    for offer in offers:
        route = Route(waiting=waiting, kind=RouteKind.REQUEST, mentor=offer.profile.person)
        offered = offer_of(route, now=now)
        if offered and times_to_offer(route, offered, now=now):
            yield offer
        elif offered:
            could_open.append((offer, route, offered))
    for offer, route, offered in could_open:
        if extra_times(route, offered, now=now):
            yield offer


def lock_live(waiting: WaitlistEntry, profile: MentorProfile, *, now: datetime) -> WaitlistEntry | None:
    """Lock both people, and read the entry as it is now; None if it is over."""
    lock_people(waiting.person_id, profile.person_id)
    return WaitlistEntry.objects.live(now).filter(pk=waiting.pk).select_related("person", "brief").first()


@atomic_act
def open_route(waiting: WaitlistEntry, offer: Offer, kind: RouteKind, *, now: datetime) -> bool:
    """Ask this mentor. Returns False if they were asked for others meanwhile, so that the next one is to be asked.

    Raises SessionError for what stands against the two meeting.
    """
    profile = offer.profile
    live = lock_live(waiting, profile, now=now)
    if live is None or live.brief is None or not may_ask(live, kind):
        return True
    if kind == RouteKind.REQUEST and is_asked_enough(profile, now=now):
        return False
    route = Route(waiting=live, kind=kind, mentor=profile.person, opened_at=now)
    if kind == RouteKind.WRITING:
        route.written = ask_in_writing(
            offer=offer,
            brief=BriefInput(question=live.words),
            mentee=live.person,
            now=now,
            key=f"route-{live.uuid}",
        )
        route.until = route.written.due_at
        route.save()
    else:
        open_request(route, profile, now=now)
    return True


def is_asked_enough(profile: MentorProfile, *, now: datetime) -> bool:
    """What `who_is_left` has read before the mentor was locked, read again: others may have asked them since."""
    theirs = Route.objects.requests().filter(mentor=profile.person_id)
    lately = theirs.filter(opened_at__gt=now - settings.ROUTE_EVERY)
    return lately.exists() or theirs.open().count() >= settings.MAX_ROUTES_OPEN


@atomic_act
def ask_by_hand(*, waiting: WaitlistEntry, profile: MentorProfile, now: datetime) -> None:
    """Staff ask one more mentor, whom `who_is_left` names, for a time; the numbers of the clock don't count.

    Raises SessionError `not_waiting`, `asked_already`, `not_askable`, and for what stands against the two meeting.
    """
    live = lock_live(waiting, profile, now=now)
    if live is None or live.brief is None or not live.asks_mentors:
        raise SessionError("not_waiting", _("This person doesn’t look for help any more. Nobody has to be asked."))
    if HeldTime.objects.open().filter(person=live.person_id).exists() or is_asking(live, RouteKind.REQUEST):
        raise SessionError(
            "asked_already", _("Someone is asked already. Wait for their answer before you ask the next.")
        )
    if profile.pk not in {offer.profile_id for offer in who_is_left(live, RouteKind.REQUEST, now=now)}:
        raise SessionError("not_askable", _("This mentor can’t be asked any more. Choose one of those shown now."))
    open_request(Route(waiting=live, kind=RouteKind.REQUEST, mentor=profile.person, opened_at=now), profile, now=now)
    advance_soon(live.pk, now=now)


def open_request(route: Route, profile: MentorProfile, *, now: datetime) -> None:
    """Both people are locked. Raises SessionError for what stands against the two meeting."""
    live = route.waiting
    check_mentee(live.person, profile, now=now)
    route.until = answer_until(route, now=now)
    route.save()
    schedule_notices(asked_due(route), now=now)
