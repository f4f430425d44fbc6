"""The rules of a programme: what they say, who changes them, and whom a change stops at once."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple, dataclass, fields
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.pages.seen import mark_of
from mentors.models import Format, Length, Offer

from .audiences import SHOWS_TO_ALL
from .errors import ProgrammeError, stale_error
from .managers import check_runs_or_manages, lock_programme
from .models import LIVE, Directory, Membership, Programme, RuleChange
from .models.members import MembershipQuerySet
from .models.programmes import MOST_OPEN, MOST_SESSIONS, MOST_SHARE

# Fewer people than this aren't counted out: a manager sees who is in the programme, and not what each of them books.
FEW = 5


@dataclass(frozen=True, slots=True)
class Rules:
    """As columns of `Programme`, which says what they mean."""

    members_book_outside: bool = True
    others_book_ours: bool = True
    most_sessions: int | None = None
    most_open: int | None = None
    units_apart: bool = False
    lengths: list[int] | None = None
    formats: list[str] | None = None
    first_share: int | None = None
    directory: str = Directory.PUBLIC

    def in_words(self) -> Iterator[str]:
        """One sentence for each rule that narrows anything, for members and for who may become one."""
        if not self.members_book_outside:
            yield _("Members find and book only people who mentor in this programme.")
        if not self.others_book_ours:
            yield _("People who mentor in it are found and booked by its members only.")
        if self.directory == Directory.MEMBERS:
            yield _(
                "Only members see who mentors in it, unless a mentor also mentors elsewhere or chooses to be seen by"
                " everyone."
            )
        if self.most_sessions is not None:
            words = ngettext(
                "A member can book %(n)d session with the programme’s mentors within 28 days.",
                "A member can book %(n)d sessions with the programme’s mentors within 28 days.",
                self.most_sessions,
            )
            yield words % {"n": self.most_sessions}
        if self.most_open is not None:
            words = ngettext(
                "A member can have upcoming sessions with %(n)d of the programme’s mentors at a time.",
                "A member can have upcoming sessions with %(n)d of the programme’s mentors at a time.",
                self.most_open,
            )
            yield words % {"n": self.most_open}
        if self.units_apart:
            yield _("Nobody meets a mentor of their own unit.")
        if self.lengths is not None:
            lengths = ", ".join(str(length) for length in self.lengths)
            yield _("Lengths of sessions in minutes: %(lengths)s.") % {"lengths": lengths}
        if self.formats is not None:
            formats = ", ".join(str(Format(name).label) for name in self.formats)
            yield _("How sessions are held: %(formats)s.") % {"formats": formats}
        if self.first_share is not None:
            words = _(
                "%(share)d %% of a mentor’s free times in a week are kept for members without a session in this"
                " programme within 90 days. 48 hours before, they are for everyone."
            )
            yield words % {"share": self.first_share}


# Of each of two limits, how many members have used it up already
CountUsedUp = Callable[[Programme, Rules, datetime], tuple[int, int]]
# Bookings, an app above, enters how it counts them.
used_up_counters: list[CountUsedUp] = []


@dataclass(frozen=True, slots=True)
class Effect:
    """Whom new rules stop at once: members who look for mentors, those who mentor, and who has used up a limit.

    `hidden` and `shown`: mentors whom fewer or more people see than before. Zero where a rule doesn't become stricter.
    """

    mentees: int
    mentors: int
    has_no_mentors: bool
    at_sessions: int
    at_open: int
    of_one_unit: int
    without_offers: int
    hidden: int
    shown: int

    @property
    def is_felt(self) -> bool:
        return any(value for name, value in asdict(self).items() if name != "has_no_mentors")

    @property
    def mark(self) -> str:
        return mark_of(*astuple(self))

    def in_words(self) -> Iterator[str]:
        if self.mentees:
            words = ngettext(
                "%(n)d member who looks for mentors will find and book only people who mentor in this programme.",
                "%(n)d members who look for mentors will find and book only people who mentor in this programme.",
                self.mentees,
            )
            yield words % {"n": self.mentees}
            if self.has_no_mentors:
                yield _("Nobody mentors in it yet, so they will find no one.")
        if self.mentors:
            words = ngettext(
                "%(n)d person who mentors in it will be found and booked by its members only.",
                "%(n)d people who mentor in it will be found and booked by its members only.",
                self.mentors,
            )
            yield words % {"n": self.mentors}
        if self.hidden:
            words = ngettext(
                "%(n)d person who mentors in it will be seen by members only: not in search, and not on a page.",
                "%(n)d people who mentor in it will be seen by members only: not in search, and not on a page.",
                self.hidden,
            )
            yield words % {"n": self.hidden}
        if self.shown:
            words = ngettext(
                "%(n)d person who mentors in it will be seen by everyone, and may have come in for members only.",
                "%(n)d people who mentor in it will be seen by everyone, and may have come in for members only.",
                self.shown,
            )
            yield words % {"n": self.shown}
        if self.at_sessions:
            words = _("%(people)s have booked as many sessions already, and can’t book the next one yet.")
            yield words % {"people": _name_count(self.at_sessions)}
        if self.at_open:
            words = _("%(people)s have as many upcoming already, and can’t book anyone else for now.")
            yield words % {"people": _name_count(self.at_open)}
        if self.of_one_unit:
            words = ngettext(
                "%(n)d member who looks for mentors will not meet the mentors of their own unit.",
                "%(n)d members who look for mentors will not meet the mentors of their own unit.",
                self.of_one_unit,
            )
            yield words % {"n": self.of_one_unit}
        if self.without_offers:
            words = ngettext(
                "%(n)d person who mentors in it offers no session like this, so members can’t book them.",
                "%(n)d people who mentor in it offer no session like this, so members can’t book them.",
                self.without_offers,
            )
            yield words % {"n": self.without_offers}


def _name_count(number: int) -> str:
    return _("Fewer than five members") if number < FEW else _("%d members") % number


def rules_of(programme: Programme) -> Rules:
    values = {field.name: getattr(programme, field.name) for field in fields(Rules)}
    return Rules(**values | {"directory": str(programme.directory)})


def rules_mark(programme: Programme) -> str:
    return mark_of(*astuple(rules_of(programme)))


@transaction.atomic
def change_rules(*, programme: Programme, given: Rules, by: User, now: datetime, seen: str) -> bool:
    """Change what members can book from now on; what is booked stays. `seen` is the mark of what the page showed.

    For managers and owners. Returns whether anything changed. Raises PermissionDenied, ProgrammeError `stale`,
    `bad_limit`.
    """
    programme = lock_programme(programme)
    check_runs_or_manages(by, programme)
    if given == rules_of(programme):
        return False
    if seen != rules_mark(programme):
        raise stale_error()
    if refusal := why_bad_limit(given):
        raise refusal
    for name, value in asdict(given).items():
        setattr(programme, name, value)
    programme.save(update_fields=list(asdict(given)))
    RuleChange.objects.create(programme=programme, by=by, at=now, rules=asdict(given))
    return True


def why_bad_limit(given: Rules) -> ProgrammeError | None:
    bounds = {"most_sessions": MOST_SESSIONS, "most_open": MOST_OPEN, "first_share": MOST_SHARE}
    for name, most in bounds.items():
        value = getattr(given, name)
        if value is not None and not 1 <= value <= most:
            words = _("Enter a number from 1 to %d, or leave it empty for no limit.") % most
            return ProgrammeError("bad_limit", words, field=name)
    return None


def foresee(programme: Programme, given: Rules, *, now: datetime) -> Effect:
    """Whom these rules would stop at once, and the present ones don't."""
    present = rules_of(programme)
    members = Membership.objects.live().filter(programme=programme)
    mentors = members.filter(gives=True).count()
    is_own = present.members_book_outside and not given.members_book_outside
    is_others = present.others_book_ours and not given.others_book_ours
    seen_by_it = _count_seen_by_it(programme, members) if given.directory != present.directory else 0
    used_up = next((count(programme, given, now) for count in used_up_counters), (0, 0))
    return Effect(
        mentees=members.filter(asks=True).count() if is_own else 0,
        mentors=mentors if is_others else 0,
        has_no_mentors=not mentors,
        at_sessions=used_up[0] if _is_stricter(present.most_sessions, given.most_sessions) else 0,
        at_open=used_up[1] if _is_stricter(present.most_open, given.most_open) else 0,
        of_one_unit=_count_of_one_unit(members) if given.units_apart and not present.units_apart else 0,
        without_offers=_count_without_offers(members, present, given),
        hidden=seen_by_it if given.directory == Directory.MEMBERS else 0,
        shown=seen_by_it if given.directory == Directory.PUBLIC else 0,
    )


def _count_of_one_unit(members: MembershipQuerySet) -> int:
    colleagues = members.filter(gives=True, unit__iexact=OuterRef("unit")).exclude(person=OuterRef("person"))
    return members.filter(Exists(colleagues), asks=True).exclude(unit="").count()


def _count_without_offers(members: MembershipQuerySet, present: Rules, given: Rules) -> int:
    # Of those who offer none, or none before, the new rules stop nobody.
    timed = Offer.objects.bookable().filter(profile__person=OuterRef("person"))
    left, before = (
        timed.filter(length__in=rules.lengths or Length.values, format__in=rules.formats or Format.values)
        for rules in (given, present)
    )
    return members.filter(~Exists(left), Exists(before), gives=True).count()


# Mentors of whom this programme's directory alone decides whether everyone sees them.
def _count_seen_by_it(programme: Programme, members: MembershipQuerySet) -> int:
    others = Membership.objects.filter(person=OuterRef("person"), state=LIVE, gives=True).exclude(programme=programme)
    return members.filter(~Exists(others.filter(SHOWS_TO_ALL)), gives=True, shown_outside=False).count()


def _is_stricter(present: int | None, given: int | None) -> bool:
    return given is not None and (present is None or given < present)
