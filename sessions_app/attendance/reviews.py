"""What follows when a number becomes high: a mentor is away for a while, and of either side someone of staff looks."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.times import in_zone
from mentors.models import Decision, MentorProfile, ProfileDecision
from mentors.moderation.acts import SUBJECT_TYPE
from mentors.services import pause_profile
from notifications.services import Due, schedule_notices
from sessions_app.errors import SessionError
from sessions_app.ledger.ledgers import Ledger, ledger_of
from sessions_app.models import Booking, BookingState, LedgerReview, Role, Schedule
from sessions_app.models.states import MISSED

PAUSED_KIND = "mentor_paused"
# What happened since then is considered again in each run, in case a run failed.
LOOKS_BACK = timedelta(days=3)
WORTH_TELLING_FOR = timedelta(days=7)
AT_ONCE = 500
CAN_COUNT = (*MISSED, BookingState.CANCELLED, BookingState.EXPIRED)


def consider_numbers(*, now: datetime) -> int:
    """Look at everyone about whom something was added lately. Returns for how many something followed."""
    lately = Booking.objects.filter(state__in=CAN_COUNT, during__startswith__gt=now - LOOKS_BACK).exclude(mentee=None)
    count = 0
    for side in Role:
        people = lately.order_by("-pk").values_list(side.value, flat=True)[: 4 * AT_ONCE]
        for person in User.objects.filter(pk__in=set(people), is_active=True).order_by("pk")[:AT_ONCE]:
            count += _consider(person, side, now=now)
    return count


@transaction.atomic
def _consider(person: User, side: Role, *, now: datetime) -> bool:
    ledger = ledger_of(person, side, now=now)
    if not ledger.pauses:
        return False
    User.objects.lock_rows(person.pk)
    is_paused = side == Role.MENTOR and _pause_mentor(person, ledger, now=now)
    return _open_review(person, side, ledger, now=now) or is_paused


def _pause_mentor(person: User, ledger: Ledger, *, now: datetime) -> bool:
    """Away until the pause is over. A mentor who ends it themselves isn't paused again for the same facts."""
    schedule = Schedule.objects.filter(profile__in=MentorProfile.objects.public().filter(person=person)).first()
    until = ledger.paused_until(now)
    if schedule is None or until is None:
        return False
    profile = schedule.profile
    by_us = ProfileDecision.objects.filter(profile=profile, decision=Decision.PAUSED, by=None, at__gte=ledger.last_fact)
    day = in_zone(until, schedule.timezone).date() + timedelta(days=1)
    if by_us.exists() or (profile.paused_until and profile.paused_until >= day):
        return False
    profile = pause_profile(profile=profile, until=day, by=None, now=now)
    due = Due(PAUSED_KIND, person.pk, SUBJECT_TYPE, profile.pk, profile.version, now, now + WORTH_TELLING_FOR)
    schedule_notices(due, now=now)
    return True


def _open_review(person: User, side: Role, ledger: Ledger, *, now: datetime) -> bool:
    """One at a time, and another one only if something was added since the last was closed."""
    reviews = LedgerReview.objects.filter(person=person, side=side)
    if not ledger.is_reviewed or reviews.filter(closed_at=None).exists():
        return False
    if ledger.last_fact and reviews.filter(closed_at__gte=ledger.last_fact).exists():
        return False
    LedgerReview.objects.create(person=person, side=side, number=ledger.number, opened_at=now)
    return True


def open_reviews_for(staff: User) -> QuerySet[LedgerReview]:
    """What waits for this person to look at: nobody looks at their own sessions."""
    return LedgerReview.objects.filter(closed_at=None).exclude(person=staff)


@transaction.atomic
def close_review(*, review: LedgerReview, words: str, by: User, now: datetime) -> LedgerReview:
    """Staff have looked; `words` are for staff alone. Raises SessionError `own_ledger`, `changed`, PermissionDenied."""
    if not may(by, Power.ATTENDANCE):
        raise PermissionDenied
    review = LedgerReview.objects.select_for_update(of=("self",)).select_related("person").get(pk=review.pk)
    if review.person_id == by.pk:
        raise SessionError("own_ledger", _("These are your own sessions. Someone else needs to look at them."))
    if review.closed_at:
        raise SessionError("changed", _("Someone has closed this in the meantime. Check the list again."))
    review.closed_at, review.closed_by, review.words = now, by, words
    review.save(update_fields=["closed_at", "closed_by", "words"])
    return review
