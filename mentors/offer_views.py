"""The mentor's offers: list, add, change, put away, bring back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from common.requests import posted

from .decorators import mentor_required
from .errors import ProfileError
from .models import MentorProfile, Offer
from .offer_forms import OfferForm
from .services import bring_back_offer, put_away_offer, save_offer


@require_safe
@mentor_required
def mentor_offers(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    offers = profile.offers.prefetch_related("topics")
    context = {
        "profile": profile,
        "active": [offer for offer in offers if offer.is_active],
        "away": [offer for offer in offers if not offer.is_active],
    }
    return render(request, "mentors/offers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def mentor_offer_add(request: SignedInRequest, profile: MentorProfile) -> HttpResponse:
    return _edit(request, profile, Offer(profile=profile))


@require_http_methods(["GET", "HEAD", "POST"])
@mentor_required
def mentor_offer_edit(request: SignedInRequest, profile: MentorProfile, uuid: str) -> HttpResponse:
    return _edit(request, profile, get_object_or_404(profile.offers, uuid=uuid))


def _edit(request: SignedInRequest, profile: MentorProfile, offer: Offer) -> HttpResponse:
    form = OfferForm(posted(request), initial=OfferForm.initial_of(offer))
    if request.method == "POST" and form.is_valid():
        form.write_to(offer)
        try:
            save_offer(profile=profile, offer=offer, topics=form.cleaned_data["topics"])
        except ProfileError as error:
            form.add_error(None, str(error.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("mentor_offers")
    return render(request, "mentors/offer.html", {"form": form, "offer": offer}, status=422 if form.errors else 200)


@require_POST
@mentor_required
def mentor_offer_switch(request: SignedInRequest, profile: MentorProfile, uuid: str) -> HttpResponse:
    """Put an offer away, or bring it back: `show` says which."""
    offer = get_object_or_404(profile.offers, uuid=uuid)
    act = bring_back_offer if request.POST.get("show") == "yes" else put_away_offer
    try:
        act(profile=profile, offer=offer)
    except ProfileError as error:
        messages.error(request, str(error.message))
    return redirect("mentor_offers")
