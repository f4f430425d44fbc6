"""The way to a service that asks a person for consent, and back. What has to fit waits in the browser's session."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from secrets import token_urlsafe
from urllib.parse import urlencode
from uuid import UUID

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.http import HttpRequest
from django.utils.translation import gettext as _

from calendars.errors import CalendarError
from calendars.fetching import FetchError
from calendars.sources.accounts import name_account
from calendars.sources.providers import CalendarProvider
from calendars.sources.service import Service
from calendars.sources.tokens import Granted, exchange_code
from common.mail.rendering import absolute_url

LONGEST_CODE = 4096
REFUSED_THERE = {"access_denied", "consent_required", "interaction_required"}
# So that a state of one purpose is none of another, although both wait in one session
STATES = "calendars-"


@dataclass(frozen=True, slots=True)
class ConsentJourney:
    """`person`: who began it. `again`: the connection that it is to mend, or nothing. `writes`: what it asks for."""

    verifier: str
    person: int
    again: str
    writes: bool

    @property
    def again_uuid(self) -> UUID | None:
        return UUID(self.again) if self.again else None


@dataclass(frozen=True, slots=True)
class ConsentedAccount:
    """`name`: the account's address. `secret`: the tokens that open its calendars."""

    name: str
    secret: bytes


def begin_journey(
    request: HttpRequest, provider: CalendarProvider, *, person: int, again: UUID | None, writes: bool
) -> str:
    challenge = generate_code_challenge()
    journey = ConsentJourney(challenge.pop("code_verifier"), person, str(again or ""), writes)
    state = token_urlsafe(32)
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": way_back(provider),
        "scope": " ".join(provider.writing_scopes if writes else provider.scopes),
        "state": state,
        **challenge,
        **provider.asks,
    }
    statekit.stash_state(request, provider_id=f"{STATES}{provider.slug}", state=asdict(journey), state_id=state)
    return f"{provider.authorize}?{urlencode(asked)}"


def way_back(provider: CalendarProvider) -> str:
    # With our own host, whatever Host header a request claimed
    return absolute_url("calendar_consent_return", slug=provider.slug)


def end_journey(request: HttpRequest, provider: CalendarProvider, *, person: int) -> ConsentJourney:
    """What waits in this browser for the answer that it brings; it works once, for ten minutes.

    Raises CalendarError `unknown_journey`.
    """
    state = request.GET.get("state", "")
    kept = statekit.unstash_state(request, state_id=state, provider_id=f"{STATES}{provider.slug}")
    journey = ConsentJourney(**kept) if kept else None
    if journey is None or journey.person != person:
        said = _("This was too old, used already, or began in another browser. Start again.")
        raise CalendarError("unknown_journey", said)
    return journey


def read_account(provider: CalendarProvider, answer: Mapping[str, str], journey: ConsentJourney) -> ConsentedAccount:
    """Which account consented. Asks the service, twice. Raises CalendarError."""
    code, names = answer.get("code", ""), {"name": provider.name}
    if answer.get("error") in REFUSED_THERE:
        said = _("You didn’t allow it at %(name)s, or an administrator there has to, so nothing was connected.")
        raise CalendarError("denied", said % names)
    if "error" in answer or not 0 < len(code) <= LONGEST_CODE:
        said = _(
            "%(name)s answered with an error, so nothing was connected. Try again, or tell those who run this site."
        )
        raise CalendarError("service_error", said % names)
    try:
        granted = exchange_code(provider, code=code, verifier=journey.verifier, back=way_back(provider))
        _check_scopes(provider, granted, writes=journey.writes)
        service = Service(provider, granted.tokens)
        return ConsentedAccount(name_account(service), service.tokens.as_secret())
    except FetchError:
        said = _("%(name)s didn’t answer as expected, so nothing was connected. Try again in a few minutes.")
        raise CalendarError("no_answer", said % names) from None


def _check_scopes(provider: CalendarProvider, granted: Granted, *, writes: bool) -> None:
    # On some pages of consent people can leave single permissions out.
    if not provider.allows(granted.scopes, writing=writes):
        said = _("%(name)s let us see only a part of what we need. Connect again, and tick every box there.")
        raise CalendarError("scopes", said % {"name": provider.name})
