"""A mentor's offers: list, add, change, retire, bring back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.idempotency import make_once
from accounts.requests import SignedInRequest
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from mentors.decorators import mentor_required
from mentors.errors import MOVED_ON, ProfileError
from mentors.forms.offers import OfferForm
from mentors.models import MentorProfile, Offer
from mentors.offers import MAX_OFFERS, offer_mark
from mentors.services import bring_back_offer, put_away_offer, save_offer


@require_safe
@mentor_required
def mentor_offers(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    return offers_page(request, profile)


def offers_page(request: SignedInRequest, profile: MentorProfile, *, status: int = 200) -> HttpResponse:
    offers = [(offer, offer_mark(offer)) for offer in profile.offers.prefetch_related("topics")]
    active = [(offer, mark) for offer, mark in offers if offer.is_active]
    context = {
        "profile": profile,
        "active": active,
        "can_add": len(active) < MAX_OFFERS,
        "can_archive": len(active) > 1,
        "away": [(offer, mark) for offer, mark in offers if not offer.is_active],
        "most": MAX_OFFERS,
    }
    return render(request, "mentors/offers.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def mentor_offer_add(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    if request.method != "POST" and profile.offers.active().count() >= MAX_OFFERS:
        return redirect("mentor_offers")  # which says why none can be added
    return _edit_offer(request, profile, Offer(profile=profile))


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def mentor_offer_edit(request: SignedInRequest, profile: MentorProfile, uuid: str) -> HttpResponse:
    return _edit_offer(request, profile, get_object_or_404(profile.offers, uuid=uuid))


def _edit_offer(request: SignedInRequest, profile: MentorProfile, offer: Offer) -> HttpResponse:
    form = OfferForm(post_data(request), initial=OfferForm.initial_of(offer))
    present, stale = offer_mark(offer) if offer.pk else "", False

    def save() -> str:
        save_offer(profile=profile, offer=offer, topics=form.cleaned_data["topics"], seen=seen_by(request))
        return str(offer.uuid)

    if request.method == "POST" and form.is_valid():
        form.write_to(offer)
        try:
            make_once(request.user, request, now=timezone.now(), make=save)
        except ProfileError as error:
            form.add_error(None, error.as_form_error())
            stale = error.code == MOVED_ON
        else:
            messages.success(request, _("Saved."))
            return redirect("mentor_offers")
    context = {"form": form, "offer": offer, "seen": still_seen(request, present, told=stale)}
    status = 409 if stale else 422 if form.errors else 200
    return render(request, "mentors/offer.html", context, status=status)


@require_POST
@mentor_required
def mentor_offer_switch(request: SignedInRequest, profile: MentorProfile, uuid: str) -> HttpResponse:
    """Retire an offer or bring it back, as `show` says."""
    offer = get_object_or_404(profile.offers, uuid=uuid)
    act = bring_back_offer if request.POST.get("show") == "yes" else put_away_offer
    try:
        act(profile=profile, offer=offer, seen=seen_by(request))
    except ProfileError as error:
        messages.error(request, str(error.message), extra_tags=error.code)
        return offers_page(request, profile, status=409)
    return redirect("mentor_offers")
