"""What managers change of a programme: its words and days, whether it takes new members, and next year's copy."""

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules.roles import Power
from common.pages.seen import mark_of

from .errors import ProgrammeError, stale_error
from .looks import copy_look
from .managers import check_manages, lock_programme, why_bad_days, why_name_taken
from .models import Manager, Programme, ProgrammeState
from .models.programmes import LONGEST_NAME, LONGEST_SLUG
from .notices import tell_manager
from .rules import rules_of

# From which states each can be reached; the archive from all. A draft that was opened once is never a draft again.
BEFORE = {
    ProgrammeState.OPEN: (ProgrammeState.DRAFT, ProgrammeState.CLOSED),
    ProgrammeState.CLOSED: (ProgrammeState.OPEN, ProgrammeState.ARCHIVED),
}
COPY_NUMBER = re.compile(r"(.*\S) ([2-9]|[1-9][0-9])")
YEAR = timedelta(days=364)  # 52 weeks: the same day of the week


@dataclass(frozen=True, slots=True)
class ProgrammeTexts:
    name: str
    line: str
    first_day: date
    last_day: date | None


def texts_mark(programme: Programme) -> str:
    return mark_of(programme.name, programme.line, programme.first_day, programme.last_day)


def state_mark(programme: Programme) -> str:
    return mark_of(str(programme.state))


@transaction.atomic
def change_programme(*, programme: Programme, given: ProgrammeTexts, by: User, seen: str) -> bool:
    """Change name, line and days; who is in it stays. `seen` is the mark of what the page showed.

    Returns whether anything changed. Raises PermissionDenied, ProgrammeError `stale`, `bad_days`, `name_taken`.
    """
    # The owners too: of two who choose the same name at one moment, the second is told.
    User.objects.lock_with_owners(by)
    programme = lock_programme(programme)
    check_manages(by, programme)
    if given == _texts_of(programme):
        return False
    if seen != texts_mark(programme):
        raise stale_error()
    if refusal := why_bad_days(given.first_day, given.last_day) or why_name_taken(given.name, but=programme):
        raise refusal
    for name, value in asdict(given).items():
        setattr(programme, name, value)
    programme.save(update_fields=list(asdict(given)))
    return True


def _texts_of(programme: Programme) -> ProgrammeTexts:
    return ProgrammeTexts(programme.name, programme.line, programme.first_day, programme.last_day)


@transaction.atomic
def change_state(*, programme: Programme, state: ProgrammeState, by: User, seen: str) -> bool:
    """Open a draft, close it to new members, archive it, or take it out of the archive. `seen` as above.

    Returns whether anything changed. Raises PermissionDenied, ProgrammeError `stale`, `bad_state`.
    """
    programme = lock_programme(programme)
    check_manages(by, programme)
    if programme.state == state:
        return False
    if seen != state_mark(programme):
        raise stale_error()
    if state != ProgrammeState.ARCHIVED and programme.state not in BEFORE.get(state, ()):
        raise ProgrammeError("bad_state", _("The programme can’t become this now. Choose one of the buttons."))
    programme.state = state
    programme.save(update_fields=["state"])
    return True


@transaction.atomic
def copy_programme(*, programme: Programme, by: User, now: datetime) -> Programme:
    """A draft like this programme, 52 weeks later, with the same managers and nobody in it yet. The others are told.

    Raises PermissionDenied, ProgrammeError `too_many_drafts`.
    """
    managers = Manager.objects.live().filter(programme=programme).values_list("person", flat=True)
    User.objects.locked(*managers, *User.objects.who_may(Power.RUN).values_list("pk", flat=True))
    programme = lock_programme(programme)
    check_manages(by, programme)
    drafts = Programme.objects.managed_by(by).filter(state=ProgrammeState.DRAFT)
    if drafts.count() >= settings.MAX_PROGRAMME_DRAFTS:
        words = _("You have %d drafts already. Open or archive one of them first.") % settings.MAX_PROGRAMME_DRAFTS
        raise ProgrammeError("too_many_drafts", words)
    name, slug = _free_name(programme)
    made = Programme.objects.create(
        slug=slug,
        name=name,
        line=programme.line,
        first_day=programme.first_day + YEAR,
        last_day=programme.last_day and programme.last_day + YEAR,
        timezone=programme.timezone,
        language=programme.language,
        **asdict(rules_of(programme)),
        reminds=programme.reminds,
        made_at=now,
    )
    for row in Manager.objects.live().filter(programme=programme).select_related("person", "given_by").order_by("pk"):
        named = Manager.objects.create(programme=made, person=row.person, given_by=row.given_by, at=now)
        tell_manager(named, now=now, by=by)
    copy_look(programme, made)
    return made


# “Spring cohort 2” for “Spring cohort”, and “Spring cohort 3” for that: the first number for which name and address are
# free. A longer number, such as a year, belongs to the name.
def _free_name(programme: Programme) -> tuple[str, str]:
    numbered = COPY_NUMBER.fullmatch(programme.name)
    stem, number = (numbered[1], int(numbered[2]) + 1) if numbered else (programme.name, 2)
    slug_stem = programme.slug.removesuffix(f"-{number - 1}") if numbered else programme.slug
    while True:
        end = f" {number}"
        name = stem[: LONGEST_NAME - len(end)].rstrip() + end
        slug = f"{slug_stem[: LONGEST_SLUG - len(end)].rstrip('-')}-{number}"
        if not Programme.objects.filter(name=name).exists() and not Programme.objects.filter(slug=slug).exists():
            return name, slug
        number += 1
