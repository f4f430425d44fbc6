"""Searching for mentors who can help, and when, over the API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from common.api.description import api_call
from common.api.fields import Input, QueryNumber, Text
from common.api.pages import MOST, USUAL, Part, page_answer, read_page
from common.pages.rows import load_in_order
from common.zones import UTC_NAME
from mentors.api import MentorCard, with_all_that_is_shown
from mentors.languages import LANGUAGES
from mentors.models import Format, Length, MentorProfile, Offer
from programmes.pairs import find_looking_in, mentors_sharing
from search.reading.question_reading import TopicRead
from search.understanding.understood import Because
from sessions_app.address import clean_words
from sessions_app.api.shapes import SLOT, SlotOut
from sessions_app.availability.slots import Slot
from sessions_app.models.bookings import QUESTION_LENGTH
from sessions_app.questions.programme_limits import not_shared_error

from .criteria import DAYS_LATER, LONGEST_SLUG, SearchCriteria
from .cursors import decode_shown, encode_shown
from .finding import Match, Results, find_mentors, is_unmet
from .noting import note_search
from .saved import SavedCard, build_cards, list_saved

# Enough for as many people as a search ever shows; servers refuse longer addresses.
LONGEST_CURSOR = 3000


@extend_schema_field({"type": "string", "maxLength": LONGEST_CURSOR, "pattern": "^[A-Za-z0-9_-]*$"})
class ShownMentors(serializers.Field[frozenset[int], str, str, Any]):
    """The profiles that earlier pages have shown, as the cursor has them (see `cursors`)."""

    default_error_messages = {"cursor": gettext_lazy("We don’t know this cursor. Start without one.")}

    def to_internal_value(self, data: Any) -> frozenset[int]:
        try:
            shown = decode_shown(str(data)[:LONGEST_CURSOR])
        except ValueError:
            self.fail("cursor")
        # Python's Base64 decoder skips characters that don't belong there, so two texts would mean one cursor.
        if encode_shown(shown) != data:
            self.fail("cursor")
        return shown


class LengthOf(QueryNumber):
    default_error_messages = {"unknown": gettext_lazy("Sessions are 15, 20, 25, 30 or 45 minutes long.")}

    def to_internal_value(self, data: Any) -> int:
        minutes = super().to_internal_value(data)
        if minutes not in Length.values:
            self.fail("unknown")
        return minutes


class MentorsQuery(Input):
    q = Text(
        lines=False,
        max_length=QUESTION_LENGTH,
        required=False,
        allow_blank=True,
        help_text=(
            "What the person is stuck on. Common words and signs alone (`how to be`, `???`) don't narrow the search."
        ),
    )
    topic = serializers.SlugField(max_length=LONGEST_SLUG, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    length = LengthOf(least=1, most=60, required=False, help_text="Minutes: 15, 20, 25, 30 or 45.")
    format = serializers.ChoiceField(choices=Format.choices, required=False)
    within_hours = QueryNumber(
        least=1, most=24 * DAYS_LATER, required=False, help_text="Only mentors with a free time within this many hours."
    )
    saved = serializers.BooleanField(required=False, help_text="Only mentors whom I saved.")
    programme = serializers.SlugField(
        required=False, help_text="Only mentors of this programme of mine, with times for sessions that count for it."
    )
    cursor = ShownMentors(required=False)
    limit = QueryNumber(least=1, most=MOST, default=USUAL, help_text="How many rows to return.")


class OfferedSlot(SlotOut):
    offer = serializers.UUIDField(help_text="The offer that can be booked at this time.")
    example = {**SLOT, "offer": "1f6f2d0e-6a0c-4b7e-9d0f-5a3d1c2b4e5f"}


class FoundMentor(MentorCard):
    slots = OfferedSlot(many=True, source="next_slots", help_text="The next three free times.")
    example = {**MentorCard.example, "slots": [OfferedSlot.example]}


class TopicUnderstood(serializers.Serializer[TopicRead]):
    """A topic that the words of a search were understood to be about."""

    topic = serializers.SlugField(source="slug")
    share = serializers.FloatField(
        min_value=0, max_value=1, help_text="How likely the words are about it, from 0 to 1."
    )
    because = serializers.ChoiceField(
        choices=[str(because) for because in Because],
        help_text="`named`: the words name it; `meaning`: they are like its examples; `chosen`: you asked for it.",
    )
    like = serializers.CharField(allow_blank=True, help_text="The example question closest to the words, or empty.")
    example = {"topic": "negotiation", "share": 0.71, "because": "meaning", "like": "How do I ask for the level?"}


UNDERSTOOD = "What we think the words are about. Empty without words, or if we can't tell."


class MentorsView(ApiView):
    public = True

    @api_call(
        name="find_mentors",
        summary="Mentors who can be booked, soonest first",
        query=MentorsQuery,
        answers=FoundMentor,
        paged=True,
        beside={"understood": TopicUnderstood(many=True, help_text=UNDERSTOOD)},
        conflict=True,
    )
    def get(self, request: Request) -> Response:
        asked = self.read_query()
        wish, count = criteria_of(asked), asked["limit"]
        if (wish.saved or "programme" in asked) and not self.reader:
            raise NotAuthenticated
        within = self.read_programme(asked["programme"]) if "programme" in asked else {}
        found = find_mentors(wish, zone=UTC_NAME, now=self.now, mentee=self.reader, count=count, **within)
        if wish.topic and not found.question.chosen:
            raise serializers.ValidationError(
                {"topic": [_("There’s no such topic. GET topics/ lists them all.")]}, code="unknown"
            )
        note_search(wish, found.question, is_unmet=is_unmet(found), day=self.now.date())
        people = [FoundMentor(profile).data for profile in profiles_of(found.matches)]
        understood = [TopicUnderstood(topic).data for topic in found.question.reading.topics]
        return Response(page_answer(request, people, next_cursor(found), understood=understood))

    def read_programme(self, slug: str) -> dict[str, Any]:
        """What narrows a search to it. Raises SessionError `not_shared` where the reader looks for nobody in it."""
        programme = find_looking_in(slug, self.person)
        if programme is None:
            raise not_shared_error()
        return {"among": mentors_sharing(programme, self.person, now=self.now), "chosen": programme.pk}


class SavedByMe(FoundMentor):
    """A mentor whom I saved. `slots` is empty where they have no free times."""


class SavedMentorsView(ApiView):
    @api_call(name="list_saved_mentors", summary="The mentors I saved, newest first", answers=SavedByMe, paged=True)
    def get(self, request: Request) -> Response:
        page = read_page(self.parts, **self.read_query(), now=self.now)
        cards = build_cards(page.rows, reader=self.person, zone=UTC_NAME, now=self.now)
        people = [SavedByMe(profile).data for profile in saved_profiles(cards)]
        return Response(page_answer(request, people, page.following))

    def parts(self, moment: datetime) -> list[Part]:
        return [
            Part(list_saved(self.person, now=self.now).select_related("profile__person"), "saved_at", newest_first=True)
        ]


def criteria_of(asked: dict[str, Any]) -> SearchCriteria:
    """As far ahead as anyone can be booked, unless `within_hours` says how far."""
    return SearchCriteria(
        words=clean_words(asked.get("q", "")),
        topic=asked.get("topic", ""),
        language=asked.get("language", ""),
        lengths=(asked["length"],) if "length" in asked else (),
        format=asked.get("format", ""),
        saved=asked.get("saved", False),
        hours=asked.get("within_hours"),
        later=True,
        shown=asked.get("cursor", frozenset()),
    )


def next_cursor(found: Results) -> str | None:
    return encode_shown(found.following.shown) if found.following else None


def saved_profiles(cards: Sequence[SavedCard]) -> list[MentorProfile]:
    return with_next_slots({card.profile.pk: (card.offer, card.slots) for card in cards})


def profiles_of(matches: list[Match]) -> list[MentorProfile]:
    return with_next_slots({match.profile.pk: (match.offer, match.slots) for match in matches})


def with_next_slots(found: Mapping[int, tuple[Offer | None, Sequence[Slot]]]) -> list[MentorProfile]:
    """The profiles in this order, each with everything that the API shows of it."""
    profiles = load_in_order(with_all_that_is_shown(MentorProfile.objects.all()), found)
    for profile in profiles:
        offer, slots = found[profile.pk]
        times = [{"start": slot.start, "end": slot.end, "offer": offer.uuid} for slot in slots] if offer else []
        profile.next_slots = times  # type: ignore[attr-defined]
    return profiles
