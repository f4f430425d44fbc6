"""What every page's template knows of sessions and events: today's, for the rail below the header."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.viewing import viewer_zone
from sessions_app.models.states import AGREED

from .models import Booking, Occupancy


def rail_context(request: HttpRequest) -> dict[str, object]:
    """Lazy, since partial pages have no header."""
    return {"rail": SimpleLazyObject(lambda: todays_sessions(request))}


def todays_sessions(request: HttpRequest) -> list[tuple[object, object]]:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    local = timezone.now().astimezone(ZoneInfo(viewer_zone(request)))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    day = (midnight, midnight + timedelta(days=1))
    sessions = Booking.objects.visible_to(user).filter(state__in=AGREED, during__overlap=day)
    others = Occupancy.objects.filter(person=user, booking=None, during__overlap=day)
    spans = sessions.values_list("during", flat=True).union(others.values_list("during", flat=True), all=True)
    return [(during.lower, during.upper) for during in spans]
