"""The call of a session that is held on this site: the page's script and other programs join it by these two."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.description import api_call
from common.api.fields import Input, Text, WholeNumber, YesNo
from common.mail.rendering import absolute_url
from mentors.models import Format
from sessions_app.models import Booking, SignalKind
from sessions_app.models.rooms import SIGNAL_LENGTH, TAB_LENGTH
from sessions_app.room.relay import ice_servers
from sessions_app.room.seats import take_seat
from sessions_app.room.signals import SIGNALS_AT_ONCE, RoomNews, SignalInput, exchange_signals

from .bookings import BookingView

LARGEST_ID = 2**63 - 1
SEAT = "8d0f5c0e-7b1c-4e0e-9a55-0d6d0f2f6b11"
OTHER = "f2b9a1d4-53c5-4c5e-8f43-6c1a4f0b7e22"
CANDIDATE = "candidate:1 1 udp 2122260223 192.0.2.7 50412 typ host"


class SeatInput(Input):
    tab = Text(
        lines=False,
        max_length=TAB_LENGTH,
        help_text="A name that this window or device gives itself. Joining again with it takes the same seat.",
    )
    example = {"tab": "my-program-1"}


class IceServerOut(serializers.Serializer[Any]):
    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(required=False)
    credential = serializers.CharField(required=False)


class SeatOut(serializers.Serializer[Any]):
    seat = serializers.UUIDField(help_text="Send it with your signals. It is another one each time you join.")
    gives_way = serializers.BooleanField(help_text="Of two offers that cross, this side takes back its own.")
    signals = serializers.URLField(help_text="Where to send signals and ask for those of the other side.")
    ice_servers = IceServerOut(many=True)
    relay_only = serializers.BooleanField(help_text="Whether to connect by the relay alone.")
    video = serializers.BooleanField(help_text="False in an audio call: don’t ask for a camera.")
    example = {
        "seat": SEAT,
        "gives_way": True,
        "signals": f"https://mentoring.example.org/api/v1/bookings/{SEAT}/room/signals/",
        "ice_servers": [{"urls": ["turn:turn.example.org:3478"], "username": "1795704900:8d0f5c0e", "credential": "…"}],
        "relay_only": False,
        "video": True,
    }


class SignalText(serializers.CharField):
    """Kept to the letter: the line ends of a description matter."""

    def __init__(self) -> None:
        super().__init__(max_length=SIGNAL_LENGTH, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class SignalBody(Input):
    kind = serializers.ChoiceField(choices=SignalKind.choices)
    to = serializers.UUIDField(help_text="The seat it is for: `other` of the last answer.")
    body = SignalText()
    example = {"kind": "candidate", "to": OTHER, "body": CANDIDATE}


class SignalsInput(Input):
    seat = serializers.UUIDField()
    after = WholeNumber(least=0, most=LARGEST_ID, required=False, help_text="The `last` of the answer before.")
    signals = serializers.ListField(child=SignalBody(), max_length=SIGNALS_AT_ONCE, required=False)
    leaves = YesNo(required=False, help_text="True when you leave the call.")
    servers = YesNo(required=False, help_text="True to be told the ICE servers again, before you connect again.")
    example = {"seat": SEAT, "after": 0, "signals": [SignalBody.example]}


class SignalOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SignalKind.choices)
    sender = serializers.UUIDField()
    body = serializers.CharField()


class RoomNewsOut(serializers.Serializer[Any]):
    other = serializers.UUIDField(allow_null=True, help_text="The seat of the other person, if they are in the call.")
    other_is_newer = serializers.BooleanField(help_text="They joined after you: the one who joins later offers first.")
    signals = SignalOut(many=True)
    last = serializers.IntegerField()
    starts_in = serializers.IntegerField(help_text="Seconds until the session starts; below zero once it has.")
    ends_in = serializers.IntegerField()
    closes_in = serializers.IntegerField()
    ice_servers = IceServerOut(many=True, required=False)
    example = {
        "other": OTHER,
        "other_is_newer": False,
        "signals": [{"kind": "candidate", "sender": OTHER, "body": CANDIDATE}],
        "last": 17,
        "starts_in": -62,
        "ends_in": 1438,
        "closes_in": 2338,
    }


class RoomView(BookingView):
    @api_call(name="join_call", summary="Join the call of a session", body=SeatInput, answers=SeatOut)
    def post(self, request: Request, uuid: UUID) -> Response:
        booking = self.find_booking(uuid)
        seat = take_seat(booking=booking, by=self.person, tab=self.read_body()["tab"], now=self.now)
        return Response(
            {
                "seat": seat.key,
                "gives_way": self.person.pk == booking.mentee_id,
                "signals": absolute_url("api_booking_signals", booking.uuid),
                "ice_servers": ice_servers(seat.key, until=booking.join_closes),
                "relay_only": settings.TURN_ONLY,
                "video": booking.format == Format.VIDEO,
            }
        )


class SignalsView(BookingView):
    @api_call(
        name="exchange_signals",
        summary="Send signals to the other side of a call, and read theirs",
        body=SignalsInput,
        answers=RoomNewsOut,
    )
    def post(self, request: Request, uuid: UUID) -> Response:
        mine = Booking.objects.visible_to(self.person).select_related("offer__profile__schedule")
        booking = get_object_or_404(mine, uuid=uuid)
        sent = self.read_body()
        after = sent.get("after", 0)
        news = exchange_signals(
            booking=booking,
            by=self.person,
            seat=sent["seat"],
            sent=[SignalInput(SignalKind(one["kind"]), one["to"], one["body"]) for one in sent.get("signals", ())],
            after=after,
            leaves=sent.get("leaves", False),
            now=self.now,
        )
        answer = news_as_sent(news, after=after, now=self.now)
        if sent.get("servers"):
            answer["ice_servers"] = ice_servers(news.seat.key, until=booking.join_closes)
        return Response(answer)


def news_as_sent(news: RoomNews, *, after: int, now: datetime) -> dict[str, Any]:
    # Told as spans: the clocks of browsers are often wrong.
    moments = {
        "starts_in": news.booking.start,
        "ends_in": news.booking.end,
        "closes_in": news.booking.join_closes,
    }
    return {
        "other": news.other and news.other.key,
        "other_is_newer": news.other is not None and news.other.taken_at > news.seat.taken_at,
        "signals": [{"kind": one.kind, "sender": one.sender, "body": one.body} for one in news.signals],
        "last": news.signals[-1].pk if news.signals else after,
        **{name: round((moment - now).total_seconds()) for name, moment in moments.items()},
    }
