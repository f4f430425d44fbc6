"""What of this app can show someone whom one doesn’t want to meet again."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from sessions_app.models import Booking
from trust.subjects import Found, Subject, read_uuid


def find_session(key: str, reader: User) -> Found | None:
    uuid = read_uuid(key)
    booking = Booking.objects.visible_to(reader).with_people().filter(uuid=uuid).first() if uuid else None
    if booking is None:
        return None
    title = _("your session with %(name)s") % {"name": booking.other_person(reader).first_name}
    return Found("session", booking.pk, booking.other_person(reader), reverse("session", args=[key]), title)


SESSION = Subject("session", find_session, can_part=True)
