"""What people are told of programmes: who is told what when, the mails, and the lines of the inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.mail.rendering import Context, absolute_url
from mentors.models import MentorProfile
from notifications.models import InboxItem, Notification
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, Message, Nothing
from notifications.services import Due, schedule_notices, show_in_inbox, withdraw_older_versions

from .models import ASKED, LIVE, Directory, Manager, Membership, MembershipState, Programme, Roster

MEMBERSHIP, MANAGER = "membership", "manager"
MANAGER_NAMED, MANAGER_ENDED = "programme_manager", "programme_manager_ended"
LIST, LIST_APPLIED = "programme_list", "programme_list_applied"
WORTH_TELLING_FOR = timedelta(days=14)


class News(StrEnum):
    """What has just happened to a membership. Of the first the managers are told, of the others the person."""

    ASKED = "programme_asked"
    IN = "programme_in"
    DECLINED = "programme_declined"
    REMOVED = "programme_removed"
    OFF_LIST = "programme_off_list"


# The state in which each is still true
TRUE_IN = {
    News.ASKED: ASKED,
    News.IN: LIVE,
    News.DECLINED: MembershipState.DECLINED,
    News.REMOVED: MembershipState.REMOVED,
    News.OFF_LIST: MembershipState.LEFT,
}


def tell_managers(membership: Membership, *, now: datetime) -> None:
    managers = Manager.objects.live().filter(programme=membership.programme_id).exclude(person=membership.person_id)
    dues = [
        _due(News.ASKED, person, MEMBERSHIP, membership.pk, membership.version, now=now)
        for person in managers.order_by("person").values_list("person", flat=True)
    ]
    schedule_notices(*dues, now=now)


def tell_member(membership: Membership, news: News, *, now: datetime) -> None:
    due = _due(news, membership.person_id, MEMBERSHIP, membership.pk, membership.version, now=now)
    schedule_notices(due, now=now)


def withdraw_notices(membership: Membership) -> None:
    """What was said of it before isn’t so any more, and there is no news instead. It has to be of a new version."""
    withdraw_older_versions(subject_type=MEMBERSHIP, subject_id=membership.pk, version=membership.version)


def tell_manager(manager: Manager, *, now: datetime, by: User | None = None) -> None:
    """Of the beginning or the end of their role; not who ended it themselves."""
    if by is not None and by.pk == manager.person_id:
        return
    kind = MANAGER_NAMED if manager.ended_at is None else MANAGER_ENDED
    schedule_notices(_due(kind, manager.person_id, MANAGER, manager.pk, 0, now=now), now=now)


def tell_list_applied(roster: Roster, *, by: User, now: datetime) -> None:
    """The other managers find it in their inbox."""
    others = Manager.objects.live().filter(programme=roster.programme_id).exclude(person=by).order_by("person")
    people = others.values_list("person", flat=True)
    show_in_inbox(*(_due(LIST_APPLIED, person, LIST, roster.pk, 0, now=now) for person in people))


def _due(kind: str, person: int, subject: str, pk: int, version: int, *, now: datetime) -> Due:
    return Due(kind, person, subject, pk, version, now, now + WORTH_TELLING_FOR)


def render_membership_email(row: Notification, now: datetime) -> Message | Nothing:
    membership = Membership.objects.select_related("programme", "person").filter(pk=row.subject_id).first()
    if membership is None or membership.state != TRUE_IN[News(row.kind)]:
        return Nothing("not so any more")
    programme = membership.programme
    if row.kind == News.ASKED and not Programme.objects.with_manager(row.recipient).filter(pk=programme.pk).exists():
        return Nothing("not a manager any more")
    reader = NoticeReader(row.recipient, now)
    is_hidden_by_it = membership.gives and not membership.shown_outside and programme.directory == Directory.MEMBERS
    context: Context = {
        "news": row.kind,
        # What it does to who sees a mentor: only members, from now on everyone, or nothing
        "hides": is_hidden_by_it,
        "shows": is_hidden_by_it and MentorProfile.objects.seen_by(None).filter(person=membership.person_id).exists(),
        "programme": programme.name,
        "person": membership.person.display_name,
        "said": membership.reason,
        "gives": membership.gives,
        "asks": membership.asks,
        "page_url": absolute_url("programme", programme.slug),
        "person_url": absolute_url("programme_member", programme.slug, membership.person.uuid),
        "home_url": absolute_url("home"),
    }
    return reader.render_email("programmes/membership", context, from_name=programme.name)


def render_manager_email(row: Notification, now: datetime) -> Message | Nothing:
    manager = Manager.objects.select_related("programme").filter(pk=row.subject_id).first()
    is_ended = row.kind == MANAGER_ENDED
    if manager is None or (manager.ended_at is not None) != is_ended:
        return Nothing("not so any more")
    reader = NoticeReader(row.recipient, now)
    context: Context = {
        "is_ended": is_ended,
        "programme": manager.programme.name,
        "manage_url": absolute_url("programme_manage", manager.programme.slug),
        "home_url": absolute_url("home"),
    }
    return reader.render_email("programmes/manager", context, from_name=manager.programme.name)


def membership_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """For managers only while they are; of who is out, the page with all programmes."""
    rows = Membership.objects.select_related("programme", "person").in_bulk([item.subject_id for item in items])
    managed = set(Programme.objects.with_manager(reader).values_list("pk", flat=True))
    lines = {}
    for item in items:
        row = rows.get(item.subject_id)
        if row is None or (row.programme_id not in managed if item.kind == News.ASKED else row.person_id != reader.pk):
            continue
        lines[item.pk] = _membership_line(News(item.kind), row)
    return lines


def _membership_line(news: News, row: Membership) -> InboxLine:
    names = {"person": row.person.display_name, "programme": row.programme.name}
    match news:
        case News.ASKED:
            page = reverse("programme_member", args=[row.programme.slug, row.person.uuid])
            return InboxLine(_("%(person)s asks to join %(programme)s") % names, page)
        case News.IN:
            return InboxLine(_("You’re in %(programme)s") % names, reverse("programme", args=[row.programme.slug]))
        case News.DECLINED:
            return InboxLine(_("%(programme)s can’t take you in") % names, reverse("programmes"))
        case News.REMOVED:
            return InboxLine(_("A manager removed you from %(programme)s") % names, reverse("programmes"))
        case News.OFF_LIST:
            return InboxLine(_("The list of %(programme)s doesn’t have you any more") % names, reverse("programmes"))


def manager_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    found = Manager.objects.filter(pk__in=[item.subject_id for item in items], person=reader)
    rows = {row.pk: row for row in found.select_related("programme")}
    return {item.pk: _manager_line(item.kind, rows[item.subject_id]) for item in items if item.subject_id in rows}


def _manager_line(kind: str, row: Manager) -> InboxLine:
    names = {"programme": row.programme.name}
    if kind == MANAGER_ENDED:
        return InboxLine(_("You don’t manage %(programme)s any more") % names, reverse("programmes"))
    return InboxLine(_("You manage %(programme)s now") % names, reverse("programme_manage", args=[row.programme.slug]))


def list_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """For managers only while they are."""
    managed = Programme.objects.with_manager(reader)
    found = Roster.objects.filter(programme__in=managed).select_related("programme", "by")
    rows = found.in_bulk([item.subject_id for item in items])
    return {item.pk: _list_line(rows[item.subject_id]) for item in items if item.subject_id in rows}


def _list_line(row: Roster) -> InboxLine:
    words = ngettext(
        "%(person)s applied a list to %(programme)s and invited %(n)d person",
        "%(person)s applied a list to %(programme)s and invited %(n)d people",
        row.invited,
    )
    names = {"person": row.by.display_name, "programme": row.programme.name, "n": row.invited}
    return InboxLine(words % names, reverse("programme_list", args=[row.programme.slug]))
