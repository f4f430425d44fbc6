"""How events, registrations, wishes and plans look, and what is sent to act on them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rules.validators import validate_person_name
from common.api.description import Problem
from common.api.fields import Input, Instant, Text, WholeNumber, YesNo
from common.mail.rendering import absolute_url
from events.locks import is_called
from events.models import Attending, Event, EventKind, EventMode, EventState, Plan, PlanState, Registration, Side
from events.models.events import MOST_PLACES, TEXT_LENGTH
from events.models.registrations import QUESTION_LENGTH, WishKind
from events.models.states import NOT_ENDED, STANDING, RegistrationState
from events.pages.proof_line import proof_lines
from events.planning.wishes import MOST_LIKES, MOST_MUSTS
from events.registering.places import PlaceCount, count_places
from events.registering.waiting import can_take_place
from mentors.languages import LANGUAGES
from mentors.models import MAX_TOPICS

MOST_ROUNDS = 12
LARGEST_VERSION = 2**31 - 1
SITE = "https://mentoring.example.org"
SLUG = "first-jobs-2026-12-03"
ADDRESS = f"{SITE}/api/v1/events/{SLUG}/"


class PlacesOut(serializers.Serializer[PlaceCount]):
    """Places on one side. `free` is what a new person can take: people who wait come first."""

    side = serializers.ChoiceField(choices=Side.choices)
    total = serializers.IntegerField()
    taken = serializers.IntegerField()
    waiting = serializers.IntegerField()
    free = serializers.IntegerField()


class RoundOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    start = Instant()
    end = Instant()


class EventCard(serializers.Serializer[Event]):
    """An event in a list."""

    # The context has the `counts` of places by event, and `now`.

    slug = serializers.SlugField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    state = serializers.ChoiceField(choices=EventState.choices)
    mode = serializers.ChoiceField(choices=EventMode.choices)
    title = serializers.CharField()
    start = Instant()
    end = Instant()
    timezone = serializers.CharField(help_text="The time zone where it takes place.")
    registration_until = Instant()
    is_open = serializers.SerializerMethodField(help_text="Whether people can register now.")
    places = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField(help_text="Its address, its page, and what the person asking can do.")
    example: dict[str, Any] = {
        "slug": SLUG,
        "kind": "speed",
        "state": "open",
        "mode": "on_site",
        "title": "First jobs",
        "start": "2026-12-03T17:00:00Z",
        "end": "2026-12-03T18:20:00Z",
        "timezone": "Europe/Stockholm",
        "registration_until": "2026-12-03T15:00:00Z",
        "is_open": True,
        "places": [
            {"side": "mentee", "total": 24, "taken": 18, "waiting": 0, "free": 6},
            {"side": "mentor", "total": 10, "taken": 8, "waiting": 0, "free": 2},
        ],
        "links": {"self": ADDRESS, "page": f"{SITE}/events/{SLUG}/", "register": f"{ADDRESS}register/"},
    }

    @property
    def moment(self) -> datetime:
        now: datetime = self.context["now"]
        return now

    def get_is_open(self, event: Event) -> bool:
        return event.takes_registrations(self.moment)

    @extend_schema_field(PlacesOut(many=True))
    def get_places(self, event: Event) -> Any:
        counts: Mapping[str, PlaceCount] = self.context["counts"][event.pk]
        return [PlacesOut(count).data for count in counts.values()]

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_links(self, event: Event) -> dict[str, str]:
        links = {"self": absolute_url("api_event", event.slug), "page": absolute_url("event", event.slug)}
        if event.takes_registrations(self.moment):
            links["register"] = absolute_url("api_event_register", event.slug)
        return links


class NamedMentorOut(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    headline = serializers.CharField()


class EventOut(EventCard):
    """An event with all that its page says."""

    # The context also has the `mentors` who agreed to be named.

    about = serializers.CharField()
    place = serializers.CharField()
    access = serializers.CharField(help_text="What people need to know about access, in the organisers’ words.")
    group_size = serializers.IntegerField(help_text="How many mentees sit with one mentor in a round.")
    rounds = serializers.SerializerMethodField(help_text="Empty for office hours, which have no rounds.")
    mentors = serializers.SerializerMethodField(help_text="Mentors who are coming and agreed to be named.")
    version = serializers.IntegerField(help_text="Grows with each change.")
    example = {
        **EventCard.example,
        "about": "Six mentors in an hour.",
        "place": "Kulturhuset, Stockholm",
        "access": "Step-free entrance.",
        "group_size": 1,
        "rounds": [{"number": 1, "start": "2026-12-03T17:00:00Z", "end": "2026-12-03T17:10:00Z"}],
        "mentors": [{"slug": "priya-raman", "name": "Priya Raman", "headline": "Engineering director"}],
        "version": 2,
    }

    @extend_schema_field(RoundOut(many=True))
    def get_rounds(self, event: Event) -> Any:
        spans = enumerate(event.shape.spans(event.start), start=1) if event.has_rounds else ()
        rounds = [{"number": number, "start": start, "end": end} for number, (start, end) in spans]
        return RoundOut(rounds, many=True).data

    @extend_schema_field(NamedMentorOut(many=True))
    def get_mentors(self, event: Event) -> Any:
        return NamedMentorOut(self.context["mentors"], many=True).data


def text_field(most: int, *, lines: bool = False, **options: Any) -> Text:
    return Text(lines=lines, max_length=most, required=False, allow_blank=True, **options)


class RegistrationBody(Input):
    """What a person says when they register. An event asks only some of it; the rest can be left out."""

    side = serializers.ChoiceField(
        choices=Side.choices, required=False, help_text="The first side of the event, if left out."
    )
    question = text_field(QUESTION_LENGTH, lines=True, help_text="Required of everyone but mentors.")
    topics = serializers.ListField(child=serializers.SlugField(max_length=80), max_length=MAX_TOPICS, required=False)
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=LANGUAGES), min_length=1, max_length=len(LANGUAGES)
    )
    attending = serializers.ChoiceField(choices=Attending.choices, required=False)
    attends = serializers.ListField(
        child=WholeNumber(least=1, most=MOST_ROUNDS),
        max_length=MOST_ROUNDS,
        required=False,
        help_text="The numbers of the rounds they can be there for. All of them, if it’s empty.",
    )
    most = WholeNumber(least=1, most=MOST_ROUNDS, required=False, allow_null=True, help_text="Most meetings wanted.")
    board_name = Text(
        lines=False,
        max_length=80,
        required=False,
        validators=[validate_person_name],
        help_text="The name on the day. Their own, if left out.",
    )
    is_named = YesNo(required=False, help_text="Of mentors: whether the public page names them.")
    stays_seated = YesNo(required=False)
    wants_quiet = YesNo(required=False)
    access_needs = text_field(TEXT_LENGTH, lines=True, help_text="Only the organisers see this.")
    contact = text_field(200, help_text="Of networking: what people get who both want to talk again.")
    takes_place_at_once = YesNo(required=False, help_text="Whether to take a place at once when one comes free.")
    example = {"side": "mentee", "question": "Should I take the counter-offer?", "languages": ["en"]}


class SeenRegistration(Input):
    version = WholeNumber(
        least=0,
        most=LARGEST_VERSION,
        help_text="The registration’s `version` as you read it. If there is a newer one, nothing is done: 409 `stale`.",
    )
    example = {"version": 1}


class OwnMeeting(serializers.Serializer[Any]):
    """One round of one's own timetable. `partner` is null in a round without a meeting."""

    round = serializers.IntegerField(source="round.number")
    start = Instant(source="round.start")
    end = Instant(source="round.end")
    partner = serializers.CharField(source="partner.board_name", default=None, allow_null=True)
    question = serializers.CharField(source="partner.question", default="")
    table = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField(), source="why")


class RegistrationOut(serializers.Serializer[Registration]):
    """The registration of the person asking."""

    # The context has the `timetable` and `now`.

    event = serializers.SlugField(source="event.slug")
    side = serializers.ChoiceField(choices=Side.choices)
    state = serializers.ChoiceField(choices=RegistrationState.choices)
    question = serializers.CharField()
    topics = serializers.SerializerMethodField(help_text="Slugs.")
    languages = serializers.ListField(child=serializers.CharField())
    attending = serializers.ChoiceField(choices=Attending.choices)
    attends = serializers.ListField(child=serializers.IntegerField())
    most = serializers.IntegerField(allow_null=True)
    board_name = serializers.CharField()
    answer_by = Instant(allow_null=True, help_text="Until when a place that came free is kept for their answer.")
    version = serializers.IntegerField(help_text="Grows with every change. Send it to cancel, or to take a place.")
    timetable = serializers.SerializerMethodField(help_text="Empty until the timetable is published.")
    links = serializers.SerializerMethodField(help_text="What can be done with it now.")
    example: dict[str, Any] = {
        "event": SLUG,
        "side": "mentee",
        "state": "in",
        "question": "Should I take the counter-offer?",
        "topics": ["negotiation"],
        "languages": ["en"],
        "attending": "table",
        "attends": [],
        "most": None,
        "board_name": "Sam",
        "answer_by": None,
        "version": 1,
        "timetable": [
            {
                "round": 1,
                "start": "2026-12-03T17:00:00Z",
                "end": "2026-12-03T17:10:00Z",
                "partner": "Priya",
                "question": "",
                "table": "Table 1",
                "reasons": ["You asked to meet them"],
            }
        ],
        "links": {"self": f"{ADDRESS}me/", "page": f"{SITE}/events/{SLUG}/", "cancel": f"{ADDRESS}cancel/"},
    }

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_topics(self, registration: Registration) -> list[str]:
        return [topic.slug for topic in registration.topics.all()]

    @extend_schema_field(OwnMeeting(many=True))
    def get_timetable(self, registration: Registration) -> Any:
        return OwnMeeting(self.context["timetable"], many=True).data

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "format": "uri"}})
    def get_links(self, registration: Registration) -> dict[str, str]:
        slug = registration.event.slug
        links = {"self": absolute_url("api_event_me", slug), "page": absolute_url("event", slug)}
        return links | {name: absolute_url(f"api_event_{name}", slug) for name in self.possible_acts(registration)}

    def possible_acts(self, registration: Registration) -> list[str]:
        now: datetime = self.context["now"]
        event = registration.event
        stands = registration.state in STANDING and event.takes_changes(now)
        is_needed = registration.is_in and is_called(event)
        possible = {
            "register": stands or (event.takes_registrations(now) and registration.state != RegistrationState.REMOVED),
            "cancel": registration.state in NOT_ENDED and event.takes_changes(now) and not is_needed,
            "take_place": event.takes_changes(now)
            and registration.is_waiting
            and can_take_place(registration, count_places(event, now), now=now),
            "wishes": registration.is_in and event.takes_wishes(now),
        }
        return [name for name, can in possible.items() if can]


class RefusedEventAct(Problem):
    """Why it can't be done. If the registration has changed since you read it (`stale`), it is sent along."""

    registration = RegistrationOut(required=False)
    example = {
        "code": "stale",
        "message": "Your registration has changed since you looked at it. Check it, then try again.",
        "fields": {},
        "registration": RegistrationOut.example,
    }


class WishOut(serializers.Serializer[Any]):
    """Someone whom one could meet. Mentors see only questions, so `name` is null for them."""

    person = serializers.IntegerField(help_text="Names the person in this event and nowhere else.")
    name = serializers.CharField(allow_null=True)
    question = serializers.CharField()
    kind = serializers.ChoiceField(choices=[*WishKind.choices, ("", "")])
    example = {"person": 17, "name": "Priya", "question": "", "kind": "must"}


class WishesOut(serializers.Serializer[Any]):
    wishes = WishOut(many=True)
    most_noes = serializers.IntegerField(help_text="To how many people one may say `no`.")
    example = {"wishes": [WishOut.example], "most_noes": 2}


class WishBody(Input):
    person = WholeNumber(least=1, most=2**31 - 1, help_text="The `person` of a row that GET answered.")
    kind = serializers.ChoiceField(choices=WishKind.choices)


class WishesBody(Input):
    wishes = serializers.ListField(
        child=WishBody(),
        max_length=MOST_MUSTS + MOST_LIKES + MOST_PLACES,
        help_text=f"All of them: they replace those before. At most {MOST_MUSTS} `must` and {MOST_LIKES} `like`.",
    )
    example = {"wishes": [{"person": 17, "kind": "must"}]}


class PlanBody(Input):
    keep = WholeNumber(
        least=1,
        most=32767,
        required=False,
        help_text="The number of an earlier plan, whose locked meetings stay.",
    )
    example: dict[str, Any] = {}


class NoBody(Input):
    """Nothing needs to be said: the address says it all."""

    example: dict[str, Any] = {}


class PlannedMeetingOut(serializers.Serializer[Any]):
    mentee = serializers.CharField(source="mentee.board_name")
    mentor = serializers.CharField(source="mentor.board_name")
    table = serializers.CharField()
    is_locked = serializers.BooleanField()


class PlannedRoundOut(RoundOut):
    meetings = PlannedMeetingOut(many=True)


class PlanOut(serializers.Serializer[Plan]):
    """A plan of who meets whom."""

    # The context has its `rounds`.

    number = serializers.IntegerField()
    state = serializers.ChoiceField(
        choices=PlanState.choices, help_text="`asked` until a worker has made it: read it again after a second."
    )
    reason = serializers.CharField(help_text="Why it failed, if it did.")
    is_proven = serializers.SerializerMethodField(help_text="Whether no plan can be better.")
    lines = serializers.SerializerMethodField(help_text="What is proven or checked of it, in words.")
    rounds = serializers.SerializerMethodField()
    asked_at = Instant()
    published_at = Instant(allow_null=True)
    example: dict[str, Any] = {
        "number": 1,
        "state": "proposed",
        "reason": "",
        "is_proven": True,
        "lines": ["No schedule has more meetings or spreads them more evenly (proven)."],
        "rounds": [
            {
                "number": 1,
                "start": "2026-12-03T17:00:00Z",
                "end": "2026-12-03T17:10:00Z",
                "meetings": [{"mentee": "Sam", "mentor": "Priya", "table": "Table 1", "is_locked": False}],
            }
        ],
        "asked_at": "2026-12-03T15:05:00Z",
        "published_at": None,
    }

    def get_is_proven(self, plan: Plan) -> bool:
        return bool(plan.proof.get("is_proven"))

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_lines(self, plan: Plan) -> Sequence[str]:
        return proof_lines(plan) if plan.proof else []

    @extend_schema_field(PlannedRoundOut(many=True))
    def get_rounds(self, plan: Plan) -> Any:
        return PlannedRoundOut(self.context["rounds"], many=True).data
