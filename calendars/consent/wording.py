"""What people read before they let us read an account's calendars."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from calendars.sources.providers import GOOGLE, MICROSOFT, list_calendar_providers


@dataclass(frozen=True, slots=True)
class ServiceOffer:
    """`what_we_ask`: what the service's own page of consent will name, and what we do with it."""

    slug: str
    heading: str | Promise
    button: str | Promise
    what_we_ask: str | Promise


OFFERS = (
    ServiceOffer(
        GOOGLE,
        _("With your Google account"),
        _("Connect Google Calendar"),
        _("Google tells us the list of your calendars and when they’re busy: no titles, no places, no guests."),
    ),
    ServiceOffer(
        MICROSOFT,
        _("With your Microsoft account"),
        _("Connect Outlook or Microsoft 365"),
        _(
            "Microsoft lets us read your events without their texts. "
            "We ask for times, and for titles only if you want them."
        ),
    ),
)


def list_offers() -> list[ServiceOffer]:
    named = {provider.slug for provider in list_calendar_providers()}
    return [offer for offer in OFFERS if offer.slug in named]
