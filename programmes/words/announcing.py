"""Announcements: a manager writes one to the members of a programme, and a worker tells them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.addresses import validate_link
from common.pages.seen import mark_of
from common.times import when_text
from notifications.models import Group
from notifications.preferences import find_switched_on
from notifications.services import Due, schedule_notices, show_in_inbox
from programmes.errors import ProgrammeError, stale_error
from programmes.managers import check_manages, lock_programme
from programmes.models import LIVE, Announcement, Audience, Membership, Programme, Stage
from programmes.models.members import MembershipQuerySet

from .notices import ANNOUNCEMENT, WORTH_TELLING_FOR

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Words:
    """What a manager says, to whom. `link`: the address of a page, or empty."""

    audience: Audience
    text: str
    link: str = ""

    @property
    def mark(self) -> str:
        return mark_of(str(self.audience), self.text, self.link)


def announcements_mark(programme: Programme) -> str:
    """Changes with each announcement of a programme, so that a page that is older sends none."""
    newest = Announcement.objects.filter(programme=programme).order_by("-pk").values_list("pk", flat=True).first()
    return mark_of("announcements", newest)


def readers_of(programme: Programme, audience: str, by: User) -> MembershipQuerySet:
    """The memberships of those whom an announcement by this person tells. Nobody is told what they wrote themselves."""
    members = Membership.objects.live().filter(programme=programme).exclude(person=by)
    sides = {Audience.GIVES: {"gives": True}, Audience.ASKS: {"asks": True}}
    return members.filter(**sides.get(Audience(audience), {}))


def count_readers(programme: Programme, by: User) -> dict[str, int]:
    return {audience.value: readers_of(programme, audience, by).count() for audience in Audience}


def why_not_announce(programme: Programme, by: User, now: datetime) -> ProgrammeError | None:
    """What keeps every announcement from being sent now, whatever it says."""
    match programme.stage_at(now):
        case Stage.DRAFT:
            words = _("Nobody is in a draft yet. Open the programme to members first.")
            return ProgrammeError("programme_draft", words)
        case Stage.ARCHIVED:
            words = _("This programme is in the archive. Take it out first.")
            return ProgrammeError("programme_over", words)
    return _why_too_many(programme, by, now)


def _why_too_many(programme: Programme, by: User, now: datetime) -> ProgrammeError | None:
    latest = Announcement.objects.filter(programme=programme, at__gt=now - WEEK).order_by("-at", "-pk")
    moments = list(latest.values_list("at", flat=True)[: settings.MAX_ANNOUNCEMENTS])
    if len(moments) < settings.MAX_ANNOUNCEMENTS:
        return None
    free_at = moments[-1] + WEEK
    words = _("A programme sends up to %(most)d announcements in seven days. The next one can go out from %(when)s.")
    when = when_text(free_at, zone=by.zone_name, now=now, hour12=by.hour12)
    said = words % {"most": settings.MAX_ANNOUNCEMENTS, "when": when}
    return ProgrammeError("too_many_announcements", said, wait=free_at - now)


@transaction.atomic
def announce(*, programme: Programme, given: Words, by: User, now: datetime, seen: str) -> Announcement:
    """Promise that members are told these words; a worker tells them. `seen` is the mark of what the page showed.

    A second press returns what the first has sent. Raises PermissionDenied, ProgrammeError `stale`, `bad_link`,
    `no_readers`, `programme_draft`, `programme_over`, `too_many_announcements`.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    if seen != announcements_mark(programme):
        newest = Announcement.objects.filter(programme=programme).order_by("-pk").first()
        if newest is not None and newest.by_id == by.pk and _words_of(newest) == given:
            return newest
        raise stale_error()
    if refusal := why_not_send(programme, given, by, now):
        raise refusal
    return Announcement.objects.create(
        programme=programme, by=by, at=now, audience=given.audience, text=given.text, link=given.link
    )


def why_not_send(programme: Programme, given: Words, by: User, now: datetime) -> ProgrammeError | None:
    return why_not_announce(programme, by, now) or _why_bad(programme, given, by)


def _words_of(announcement: Announcement) -> Words:
    return Words(Audience(announcement.audience), announcement.text, announcement.link)


def _why_bad(programme: Programme, given: Words, by: User) -> ProgrammeError | None:
    try:
        if given.link:
            validate_link(given.link)
    except ValidationError as error:
        return ProgrammeError("bad_link", " ".join(error.messages), field="link")
    if readers_of(programme, given.audience, by).exists():
        return None
    words = _("There’s nobody in the programme whom this would reach. Choose other members.")
    return ProgrammeError("no_readers", words, field="audience")


def send_announcements(*, now: datetime) -> int:
    """Tell those who haven't been told yet. Returns how many were. Twice, or by two workers at once, does no harm."""
    told = 0
    for number in list(Announcement.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True)):
        while (some := _tell_some(number, now)) is not None:
            told += some
    return told


@transaction.atomic
def _tell_some(number: int, now: datetime) -> int | None:
    """The next of them, written together with how far it has come. None once all are told, or another worker does it.

    Who joins after an announcement reads it on the programme's page.
    """
    free = Announcement.objects.select_for_update(skip_locked=True, of=("self",)).select_related("programme", "by")
    row = free.filter(pk=number, done_at=None).first()
    if row is None:
        return None
    members = readers_of(row.programme, row.audience, row.by).filter(joined_at__lte=row.at, pk__gt=row.told_up_to)
    found = list(members.order_by("pk").values_list("pk", "person")[: settings.ANNOUNCED_AT_ONCE])
    if found:
        _tell(row, [person for _pk, person in found], now)
        row.told_up_to = found[-1][0]
        row.reached += len(found)
    else:
        row.done_at = now
    row.save(update_fields=["told_up_to", "reached", "done_at"])
    return len(found) if found else None


def _tell(row: Announcement, people: list[int], now: datetime) -> None:
    # Everyone reads it in their inbox; a mail gets only who has switched these mails on.
    wanted = find_switched_on(Group.NEWS, people)
    dues = [
        Due(ANNOUNCEMENT, person, ANNOUNCEMENT, row.pk, 0, now, now + WORTH_TELLING_FOR) for person in sorted(people)
    ]
    schedule_notices(*(due for due in dues if due.recipient_id in wanted), now=now)
    show_in_inbox(*(due for due in dues if due.recipient_id not in wanted))


def announced_to(membership: Membership | None, most: int) -> list[Announcement]:
    """The latest that are for this member, by what they do in the programme now; none for who isn't let in yet."""
    if membership is None or membership.state != LIVE:
        return []
    audiences = [Audience.ALL]
    audiences += [Audience.GIVES] if membership.gives else []
    audiences += [Audience.ASKS] if membership.asks else []
    rows = Announcement.objects.filter(programme=membership.programme_id, audience__in=audiences)
    return list(rows.order_by("-at", "-pk")[:most])
