"""The decisions about a profile that have a page of their own: what each says, needs and does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mentors.hooks import local_date
from mentors.models import MentorProfile, ProfileState
from mentors.services import decline_profile, pause_profile, reinstate_profile, resume_profile, suspend_profile

Words = str | Promise
Run = Callable[[MentorProfile, User, datetime, dict[str, Any]], object]

TOLD = _("The mentor will read this word for word.")
LOGGED = _("For the log.")


@dataclass(frozen=True, slots=True)
class StaffAct:
    """`title`, `text` and `done` take the mentor's %(name)s."""

    title: Words
    text: Words
    button: Words
    done: Words
    run: Run
    hint: Words
    needs_reason: bool = True
    asks_date: bool = False
    dangerous: bool = True


ACTS: Mapping[str, StaffAct] = {
    "turn-down": StaffAct(
        title=_("Decline %(name)s?"),
        text=_("A new profile can be sent again after 30 days. A live profile stays as people know it."),
        button=_("Decline"),
        done=_("%(name)s’s profile is declined."),
        hint=TOLD,
        run=lambda profile, by, now, data: decline_profile(
            profile=profile, by=by, now=now, reason=data["reason"], seen=data["seen"]
        ),
    ),
    "suspend": StaffAct(
        title=_("Suspend %(name)s?"),
        text=_("Nobody can see or book this mentor until you reinstate them. Their sessions are cancelled."),
        button=_("Suspend"),
        done=_("%(name)s is suspended."),
        hint=TOLD,
        run=lambda profile, by, now, data: suspend_profile(
            profile=profile, by=by, now=now, reason=data["reason"], seen=data["seen"]
        ),
    ),
    "pause": StaffAct(
        title=_("Pause %(name)s?"),
        text=_("People can see the profile and book times from the return date."),
        button=_("Pause"),
        done=_("%(name)s is paused."),
        run=lambda profile, by, now, data: pause_profile(
            profile=profile, by=by, now=now, until=data["until"], reason=data["reason"], seen=data["seen"]
        ),
        hint=LOGGED,
        asks_date=True,
        dangerous=False,
    ),
    "resume": StaffAct(
        title=_("End the pause of %(name)s?"),
        text=_("People can book from now on."),
        button=_("End the pause"),
        done=_("%(name)s can be booked again."),
        run=lambda profile, by, now, data: resume_profile(profile=profile, by=by, now=now, seen=data["seen"]),
        hint=LOGGED,
        needs_reason=False,
        dangerous=False,
    ),
    "reinstate": StaffAct(
        title=_("Reinstate %(name)s?"),
        text=_("The profile goes live again as it was, and we tell the mentor."),
        button=_("Reinstate"),
        done=_("%(name)s is live again."),
        run=lambda profile, by, now, data: reinstate_profile(
            profile=profile, by=by, now=now, reason=data["reason"], seen=data["seen"]
        ),
        hint=LOGGED,
        needs_reason=False,
        dangerous=False,
    ),
}


# What mentors may do with their own profile, also if they are staff
OWN = ("pause", "resume")


def acts_for(profile: MentorProfile, *, by: User, waits: bool, now: datetime) -> list[tuple[str, StaffAct]]:
    """The decisions that are possible now, apart from approving and asking for changes."""
    keys = ["turn-down"] if waits else []
    if profile.state == ProfileState.APPROVED:
        keys += ["resume" if profile.is_away(local_date(profile, now)) else "pause", "suspend"]
    elif profile.state == ProfileState.SUSPENDED:
        keys += ["reinstate"]
    may_decide = profile.is_decided_by(by)
    return [(key, ACTS[key]) for key in keys if may_decide or key in OWN]
