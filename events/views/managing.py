"""What organisers do before an event: describe it, open it, invite mentors, look after the list of people."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.idempotency import make_once
from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from accounts.viewing import viewer_zone
from common.pages.posting import act_on_post, show_beside_field, telling_refusals
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from common.pages.tabs import tab_links
from events.access import get_led_event, get_registration
from events.forms.event import CancelEventForm, EventForm
from events.forms.office_hours import OfficeHoursForm
from events.models import Event, EventKind, EventState
from events.models.states import CAN_BE_INVITED
from events.pages.event_page import EventPage
from events.pages.people import list_people
from events.registering.acts import cancel_registration, why_not_end
from events.registering.inviting import invite_mentors
from events.registering.managing import (
    cancel_event,
    change_event,
    close_registration,
    create_event,
    delete_draft,
    open_event,
)
from events.registering.office_hours import change_office_hours
from mentors.models import MentorProfile, Topic
from sessions_app.address import clean_words

MOST_FOUND = 20
# Those that this form makes; office hours have their own.
PLANNED_KINDS = (EventKind.SPEED, EventKind.NETWORKING)


@role_required(Power.EVENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def event_new(request: SignedInRequest) -> HttpResponse:
    """A draft, of speed mentoring or with `?kind=` of networking. `?like=` an earlier event fills the form with all but
    its day."""
    now = timezone.now()
    earlier = Event.objects.led_by(request.user).filter(kind__in=PLANNED_KINDS)
    like = earlier.filter(slug=clean_words(request.GET.get("like", ""))).first()
    kind = like.kind if like else request.GET.get("kind", "")
    kind = kind if kind in PLANNED_KINDS else EventKind.SPEED
    form = EventForm(post_data(request), kind=kind, now=now, zone=viewer_zone(request), initial=like_initial(like))

    def create() -> str:
        return create_event(said=form.cleaned_data["said"], by=request.user).slug

    result = act_on_post(request, lambda: make_once(request.user, request, now=now, make=create), form)
    if result.is_done and result.made:
        messages.success(request, _("This is your draft. Only your team sees it until you open registration."))
        return redirect("event", result.made)
    context = {
        "form": form,
        "error": result.error,
        "earlier": earlier.order_by("-during")[:5],
        "like": like,
        "tabs": tab_links({value: EventKind(value).label for value in PLANNED_KINDS}, kind, href="?kind="),
        "nav": "events",
    }
    return render(request, "events/edit.html", context, status=result.status)


def like_initial(like: Event | None) -> dict[str, object]:
    if like is None:
        return {}
    known = EventForm(event=like, now=like.start, zone=like.timezone).initial
    return {name: value for name, value in known.items() if name != "day"}


@require_http_methods(["GET", "HEAD", "POST"])
def event_edit(request: SignedInRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    event = get_led_event(slug, request.user)
    form: EventForm | OfficeHoursForm
    change: Callable[..., Event]
    if event.kind == EventKind.OFFICE_HOURS:
        form, change = OfficeHoursForm(post_data(request), event=event, zone=event.timezone), change_office_hours
    else:
        form, change = EventForm(post_data(request), event=event, now=now, zone=event.timezone), change_event
    result = act_on_post(
        request, lambda: change(event=event, said=form.cleaned_data["said"], now=now, seen=seen_by(request)), form
    )
    if result.is_done:
        messages.success(request, _("Saved."))
        return redirect("event", slug)
    show_beside_field(form, result.error)
    event.refresh_from_db()
    context = {
        "form": form,
        "event": event,
        "error": result.error,
        "seen": still_seen(request, str(event.version), told=result.is_refused),
        "nav": "events",
    }
    return render(request, "events/edit.html", context, status=result.status)


@require_POST
def event_open(request: SignedInRequest, slug: str) -> HttpResponse:
    """Open a draft, or close registration: which one, says the button."""
    event, now = get_led_event(slug, request.user), timezone.now()
    with telling_refusals(request):
        if "close" in request.POST:
            close_registration(event=event, now=now)
            messages.success(request, _("Registration is closed. Nobody else can register."))
        else:
            open_event(event=event, now=now)
            messages.success(request, _("Registration is open, and everyone can see the event."))
    return redirect("event", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def event_cancel(request: SignedInRequest, slug: str) -> HttpResponse:
    event, now = get_led_event(slug, request.user), timezone.now()
    if event.state == EventState.DRAFT:
        return draft_page(request, event)
    form = CancelEventForm(post_data(request))
    result = act_on_post(
        request,
        lambda: cancel_event(event=event, reason=form.cleaned_data["reason"], now=now, seen=seen_by(request)),
        form,
    )
    if result.is_done:
        messages.success(request, _("The event is cancelled, and we’re telling everyone who registered."))
        return redirect("event", slug)
    event.refresh_from_db()
    context = {
        "form": form,
        "event": event,
        "people": list_people(event, now=now),
        "error": result.error,
        "seen": still_seen(request, str(event.version), told=result.is_refused),
        "nav": "events",
    }
    return render(request, "events/cancel.html", context, status=result.status)


def draft_page(request: SignedInRequest, draft: Event) -> HttpResponse:
    """Asks whether the draft is to be deleted, and deletes it."""
    result = act_on_post(request, lambda: delete_draft(event=draft, seen=seen_by(request)))
    if result.is_done:
        messages.success(request, _("The draft is deleted."))
        return redirect("events")
    draft.refresh_from_db()
    seen = still_seen(request, str(draft.version), told=result.is_refused)
    context = {"event": draft, "error": result.error, "seen": seen, "nav": "events"}
    return render(request, "events/delete_draft.html", context, status=result.status)


@require_safe
def event_people(request: SignedInRequest, slug: str) -> HttpResponse:
    """Who comes, who waits, who was invited; and mentors to invite, found by a name or a topic."""
    event, now = get_led_event(slug, request.user), timezone.now()
    words = clean_words(request.GET.get("q", ""))[:80]
    context = {
        "event": event,
        "page": EventPage(event, request.user, None, now),
        "people": list_people(event, now=now),
        "words": words,
        "found": find_mentors(event, words) if words else [],
        "nav": "events",
    }
    return render(request, "events/people.html", context)


def find_mentors(event: Event, words: str) -> list[MentorProfile]:
    """Live mentors with this in their name or headline, or a topic that begins like it, who aren't on the list yet.

    Accents make no difference.
    """
    asked = event.registrations.exclude(state__in=CAN_BE_INVITED).values("person")
    known = MentorProfile.objects.findable().exclude(person__in=asked).select_related("person")
    topical = Topic.objects.active().filter(name__plain__istartswith=words).values("pk")
    named = Q(person__name__plain__icontains=words)
    fits = named | Q(headline__plain__icontains=words) | Q(topics__in=topical)
    return list(known.filter(fits).distinct().order_by("person__name", "pk")[:MOST_FOUND])


@require_POST
def event_invite(request: SignedInRequest, slug: str) -> HttpResponse:
    event, now = get_led_event(slug, request.user), timezone.now()
    slugs = [clean_words(slug) for slug in request.POST.getlist("mentor")[: 2 * MOST_FOUND]]
    profiles = list(MentorProfile.objects.public().filter(slug__in=slugs))
    with telling_refusals(request):
        asked = invite_mentors(event=event, profiles=profiles, now=now)
        if asked:
            words = ngettext("We’ve invited %(count)d mentor.", "We’ve invited %(count)d mentors.", len(asked))
            messages.success(request, words % {"count": len(asked)})
        else:
            words = _("Nobody was invited. Choose mentors who aren’t on the list yet.")
            messages.warning(request, words, extra_tags="nobody")
    return redirect("event_people", slug)


@require_POST
def event_remove(request: SignedInRequest, slug: str, uuid: UUID) -> HttpResponse:
    """The first press asks, since whom the team removes can't register again; a second one with `sure` does it."""
    event = get_led_event(slug, request.user)
    registration = get_registration(uuid, event)
    if "sure" not in request.POST and why_not_end(registration, request.user) is None:
        return render(request, "events/remove.html", {"event": event, "registration": registration, "nav": "events"})
    with telling_refusals(request):
        cancel_registration(registration=registration, by=request.user, now=timezone.now())
        messages.success(request, _("%(name)s is off the list.") % {"name": registration.board_name})
    return redirect("event_people", slug)
