"""The states of events and registrations, and the sets of them that have a name."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for registration")
    CLOSED = "closed", _("Registration closed")
    SCHEDULED = "scheduled", _("Timetable published")
    LIVE = "live", _("Running")
    OVER = "over", _("Over")
    ARCHIVED = "archived", _("Archived")
    CANCELLED = "cancelled", _("Cancelled")


# Everyone can see these; a draft is its team's, and what was cancelled stays where its address leads.
PUBLIC = (
    EventState.OPEN,
    EventState.CLOSED,
    EventState.SCHEDULED,
    EventState.LIVE,
    EventState.OVER,
    EventState.ARCHIVED,
    EventState.CANCELLED,
)
# It can be opened for registration, for the first time or again.
NOT_YET_OPEN = (EventState.DRAFT, EventState.CLOSED)
# Everyone can see it, and it has no timetable. Office hours, which get none, stay so until they are over.
UNSCHEDULED = (EventState.OPEN, EventState.CLOSED)
# It has taken place.
DONE = (EventState.OVER, EventState.ARCHIVED)
# It didn't take place and won't.
NEVER_HELD = (EventState.DRAFT, EventState.CANCELLED)
# It will take place or does.
AHEAD = (EventState.OPEN, EventState.CLOSED, EventState.SCHEDULED, EventState.LIVE)
# A timetable stands: people can be checked in, and the clock runs or will.
RUNS = (EventState.SCHEDULED, EventState.LIVE)
# Registering, changing and cancelling a registration is possible until it runs.
BEFORE_START = (EventState.OPEN, EventState.CLOSED, EventState.SCHEDULED)


class RegistrationState(models.TextChoices):
    INVITED = "invited", _("Invited")
    WAITING = "waiting", _("On the waiting list")
    IN = "in", _("Registered")
    DECLINED = "declined", _("Declined")
    LEFT = "left", _("Left the waiting list")
    # The event came before a place did.
    OVER = "over", _("No place came free")
    CANCELLED = "cancelled", _("Cancelled")
    REMOVED = "removed", _("Removed")


# They come, or would.
STANDING = (RegistrationState.IN, RegistrationState.WAITING)
# They come, would, or have been asked to.
NOT_ENDED = (*STANDING, RegistrationState.INVITED)
# No answer has come yet.
UNSETTLED = (RegistrationState.WAITING, RegistrationState.INVITED)
# These can begin again; so can a person who was never there.
OUT = (RegistrationState.DECLINED, RegistrationState.LEFT, RegistrationState.CANCELLED)
# Those who said no to an invitation were told that they won't be asked again.
CAN_BE_INVITED = (RegistrationState.LEFT, RegistrationState.CANCELLED)
