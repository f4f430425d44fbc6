"""Events for everyone, and what a person does about their own registration. The acts are those of the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView
from accounts.models import ConsentHow
from common.api.description import api_call
from common.api.errors import as_api_error
from common.api.pages import Part, page_answer, read_page
from events.access import get_event, get_own_registration, registration_of
from events.errors import EventError
from events.models import Event, EventState, Registration, Side
from events.pages.event_page import EventPage
from events.pages.timetable_page import timetable_rows
from events.planning.wishes import is_asked_side, most_refusals, others_of, set_wishes, shown_name
from events.registering.acts import cancel_registration, register, take_place
from events.registering.inputs import RegistrationInput, choose_side, unasked
from events.registering.places import count_places_of
from mentors.models import Topic

from .shapes import (
    EventCard,
    EventOut,
    RefusedEventAct,
    RegistrationBody,
    RegistrationOut,
    SeenRegistration,
    WishesBody,
    WishesOut,
)


class EventsView(ApiView):
    public = True

    @api_call(name="list_events", summary="Events, upcoming first", answers=EventCard, paged=True)
    def get(self, request: Request) -> Response:
        visible = Event.objects.visible_to(self.reader).annotate(begins=F("during__startswith"))

        def parts(moment: datetime) -> list[Part]:
            drafts = visible.filter(state=EventState.DRAFT)
            soon = Part(visible.upcoming(moment), "begins")
            return [soon, Part(drafts, "begins"), Part(visible.past(), "begins", newest_first=True)]

        page = read_page(parts, **self.read_query(), now=self.now)
        context = {"counts": count_places_of(page.rows, self.now), "now": self.now}
        cards = [EventCard(event, context=context).data for event in page.rows]
        return Response(page_answer(request, cards, page.following))


class EventView(ApiView):
    public = True

    @api_call(name="read_event", summary="One event", answers=EventOut)
    def get(self, request: Request, slug: str) -> Response:
        event = get_event(slug, self.reader)
        page = EventPage(event, self.reader, None, self.now)
        context = {"counts": {event.pk: page.counts}, "mentors": page.mentors, "now": self.now}
        return Response(EventOut(event, context=context).data)


class OwnView(ApiView):
    """What a person has to do with one event."""

    def find_registration(self, slug: str) -> Registration:
        return get_own_registration(get_event(slug, self.person), self.person)

    def answer_with(self, registration: Registration) -> Response:
        rows = timetable_rows(registration) if registration.is_in else []
        return Response(RegistrationOut(registration, context={"timetable": rows, "now": self.now}).data)

    @contextmanager
    def acting_on(self, slug: str) -> Iterator[None]:
        """Adds the present registration to the refusal of an act on an old version."""
        try:
            yield
        except EventError as error:
            if not error.is_stale:
                raise
            raise as_api_error(error, registration=self.answer_with(self.find_registration(slug)).data) from error

    def seen_version(self) -> str:
        return str(self.read_body()["version"])


class OwnEventView(OwnView):
    @api_call(name="read_registration", summary="My registration and my timetable", answers=RegistrationOut)
    def get(self, request: Request, slug: str) -> Response:
        return self.answer_with(self.find_registration(slug))


class RegisterView(OwnView):
    @api_call(
        name="register_for_event",
        summary="Register, or change what I said; without a free place I’m on the waiting list",
        body=RegistrationBody,
        answers=RegistrationOut,
        refusal=RefusedEventAct,
    )
    def post(self, request: Request, slug: str) -> Response:
        event, sent = get_event(slug, self.person), self.read_body()
        known = registration_of(event, self.person)
        asked = sent.pop("side", "")
        if asked and asked not in event.sides:
            raise EventError("wrong_side", _("This event has no such side. Read its places again."))
        side = choose_side(event, known, asked)
        said = self.read_said(event, side, sent)
        how = ConsentHow.PROGRAM
        made = register(event=event, person=self.person, side=side, said=said, now=self.now, how=how)
        return self.answer_with(made)

    def read_said(self, event: Event, side: str, sent: dict[str, Any]) -> RegistrationInput:
        """What was sent, if it is what this event asks of this side, as the page would."""
        needless = unasked(event, side)
        wrong = {name: [_("This event doesn’t ask for this. Leave it out.")] for name in sent if name in needless}
        if "question" not in needless and not sent.get("question"):
            wrong["question"] = [_("Write the question you’re bringing")]
        slugs = sent.pop("topics", [])
        topics = list(Topic.objects.active().filter(slug__in=slugs))
        if len(topics) < len(set(slugs)):
            wrong["topics"] = [_("There’s no such topic. GET topics/ lists them all.")]
        if wrong:
            raise serializers.ValidationError(wrong, code="rule")
        sent.setdefault("board_name", self.person.display_name)
        return RegistrationInput(**sent, topics=topics)


class CancelRegistrationView(OwnView):
    @api_call(
        name="cancel_registration",
        summary="Give up my place, leave the waiting list, or decline an invitation",
        body=SeenRegistration,
        answers=RegistrationOut,
        refusal=RefusedEventAct,
    )
    def post(self, request: Request, slug: str) -> Response:
        registration, seen = self.find_registration(slug), self.seen_version()
        with self.acting_on(slug):
            cancel_registration(registration=registration, by=self.person, now=self.now, seen=seen)
        return self.answer_with(self.find_registration(slug))


class TakePlaceView(OwnView):
    @api_call(
        name="take_place",
        summary="Take a place that came free while I was waiting",
        body=SeenRegistration,
        answers=RegistrationOut,
        refusal=RefusedEventAct,
    )
    def post(self, request: Request, slug: str) -> Response:
        registration, seen = self.find_registration(slug), self.seen_version()
        with self.acting_on(slug):
            take_place(registration=registration, now=self.now, seen=seen)
        return self.answer_with(self.find_registration(slug))


class WishesView(OwnView):
    """Nobody else reads them. Who has no place has nothing to wish."""

    def find_place(self, slug: str) -> Registration:
        registration = self.find_registration(slug)
        if not registration.is_in:
            raise Http404
        return registration

    def answer_wishes(self, registration: Registration) -> Response:
        others, by_question = others_of(registration), is_asked_side(registration.side)
        kinds = dict(registration.wishes.values_list("about", "kind"))
        wishes = [
            {
                "person": one.pk,
                "name": None if by_question else shown_name(one),
                "question": one.question if by_question or one.side == Side.GUEST else "",
                "kind": kinds.get(one.pk, ""),
            }
            for one in others
        ]
        return Response(WishesOut({"wishes": wishes, "most_noes": most_refusals(len(others))}).data)

    @api_call(name="list_wishes", summary="Whom I could meet, and whom I’d like to meet", answers=WishesOut)
    def get(self, request: Request, slug: str) -> Response:
        return self.answer_wishes(self.find_place(slug))

    @api_call(name="save_wishes", summary="Say whom I’d like to meet", body=WishesBody, answers=WishesOut)
    def put(self, request: Request, slug: str) -> Response:
        registration, sent = self.find_place(slug), self.read_body()["wishes"]
        wishes = {wish["person"]: wish["kind"] for wish in sent}
        if len(wishes) < len(sent):
            words = _("Name each person only once.")
            raise serializers.ValidationError({"wishes": [words]}, code="rule")
        set_wishes(registration=registration, wishes=wishes, now=self.now)
        return self.answer_wishes(registration)
