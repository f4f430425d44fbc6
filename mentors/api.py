"""Topics and mentors over the API."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.errors import answers_for

from .errors import ProfileError
from .models import Format, Length, MentorProfile, Offer, Topic
from .saved import remove_saved, save_mentor

answers_for(ProfileError, unprocessable={"own_profile"})

OFFER_EXAMPLE = {
    "id": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f",
    "title": "25 minutes",
    "length": 25,
    "format": "video",
    "instant": True,
}
CARD_EXAMPLE: dict[str, Any] = {
    "slug": "priya-raman",
    "name": "Priya Raman",
    "headline": "Engineering director",
    "topics": [{"slug": "negotiation", "name": "Negotiation"}],
    "languages": ["en", "hi"],
    "offers": [OFFER_EXAMPLE],
}


class TopicLeaf(serializers.Serializer[Topic]):
    slug = serializers.SlugField()
    name = serializers.CharField()


class TopicBranch(TopicLeaf):
    """A topic of the first level with the topics below it."""

    topics = TopicLeaf(many=True, source="leaves")
    example = {"slug": "work", "name": "Work", "topics": [{"slug": "negotiation", "name": "Negotiation"}]}


class OfferOut(serializers.Serializer[Offer]):
    """One offer of a mentor. `instant`: booked at once, without asking the mentor first."""

    id = serializers.UUIDField(source="uuid")
    title = serializers.CharField(source="__str__")
    length = serializers.ChoiceField(choices=Length.choices, help_text="Minutes.")
    format = serializers.ChoiceField(choices=Format.choices)
    instant = serializers.BooleanField()


class MentorCard(serializers.Serializer[MentorProfile]):
    """A mentor in a list."""

    # For profiles that come `with_all_that_is_shown`.

    slug = serializers.SlugField()
    name = serializers.CharField()
    headline = serializers.CharField()
    topics = TopicLeaf(many=True, source="shown_topics")
    languages = serializers.ListField(child=serializers.CharField(), help_text="Codes of ISO 639-1.")
    offers = OfferOut(many=True, source="active_offers")
    example: dict[str, Any] = CARD_EXAMPLE


class Mentor(MentorCard):
    asks = serializers.ListField(child=serializers.CharField(), help_text="Questions that they can help with.")
    how_i_work = serializers.CharField()
    example = {
        **CARD_EXAMPLE,
        "asks": ["Should I take the counter-offer?"],
        "how_i_work": "Bring the letter, and say what you would regret.",
    }


def with_all_that_is_shown(profiles: QuerySet[MentorProfile]) -> QuerySet[MentorProfile]:
    return profiles.select_related("person").prefetch_related(
        Prefetch("topics", queryset=Topic.objects.active(), to_attr="shown_topics"),
        Prefetch("offers", queryset=Offer.objects.active(), to_attr="active_offers"),
    )


class TopicsView(ApiView):
    public = True

    @api_call(name="list_topics", summary="The topics, in two levels", answers=TopicBranch(many=True))
    def get(self, request: Request) -> Response:
        leaves: dict[int, list[Topic]] = {}
        for topic in Topic.objects.active():
            leaves.setdefault(topic.parent_id or 0, []).append(topic)
        branches = leaves.get(0, [])
        for branch in branches:
            branch.leaves = leaves.get(branch.pk, [])  # type: ignore[attr-defined]
        return Response([TopicBranch(branch).data for branch in branches])


class MentorView(ApiView):
    public = True

    @api_call(name="read_mentor", summary="One mentor, with what they offer", answers=Mentor)
    def get(self, request: Request, slug: str) -> Response:
        seen = MentorProfile.objects.seen_by(self.reader)
        profile = get_object_or_404(with_all_that_is_shown(seen), slug=slug)
        return Response(Mentor(profile).data)


class SavedOrNot(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    saved = serializers.BooleanField()
    example = {"slug": "priya-raman", "saved": True}


class SavedMentorView(ApiView):
    @api_call(name="save_mentor", summary="Save a mentor; they aren’t told", answers=SavedOrNot)
    def put(self, request: Request, slug: str) -> Response:
        profile = get_object_or_404(MentorProfile.objects.seen_by(self.person).select_related("person"), slug=slug)
        save_mentor(profile=profile, person=self.person, now=self.now)
        return Response(SavedOrNot({"slug": slug, "saved": True}).data)

    @api_call(name="remove_saved_mentor", summary="Remove a mentor from those I saved", answers=SavedOrNot)
    def delete(self, request: Request, slug: str) -> Response:
        remove_saved(slug=slug, person=self.person)
        return Response(SavedOrNot({"slug": slug, "saved": False}).data)
