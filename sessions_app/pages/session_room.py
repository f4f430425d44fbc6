"""What the page of a call says beside the pictures: whose session it is, and how its time is divided."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from mentors.models import Format
from sessions_app.booking.stages import SessionStage, stage_of
from sessions_app.models import Booking
from sessions_app.room.relay import has_relay, probe_urls

# What can be wrong with camera and microphone, by the codes of the page's script
TROUBLES = {
    "insecure": _(
        "Browsers allow calls only on secure pages (https), and this one isn’t. Write to us, and use the chat."
    ),
    "denied": _(
        "This browser doesn’t let the page use your microphone. Allow it at the left end of the address bar, then "
        "press “Ask again”."
    ),
    "camera-denied": _(
        "This browser doesn’t let the page use your camera. You can talk without, or allow it at the left end of the "
        "address bar."
    ),
    "nothing": _("We found no microphone and no camera. You can join to listen, and write in the chat."),
    "no-camera": _("We found no camera. You can talk without one."),
    "no-microphone": _("We found no microphone. You can listen, be seen, and write in the chat."),
    "busy": _("Another program is using your camera or microphone. Close it, then press “Ask again”."),
}


@dataclass(frozen=True, slots=True)
class RoomPage:
    booking: Booking
    reader: User
    now: datetime

    @property
    def is_open(self) -> bool:
        return stage_of(self.booking, self.now) == SessionStage.OPEN

    @property
    def first_state(self) -> str:
        return "lobby" if self.is_open else "early"

    @property
    def troubles(self) -> list[tuple[str, str]]:
        return [(code, str(words)) for code, words in TROUBLES.items()]

    @property
    def has_video(self) -> bool:
        return self.booking.format == Format.VIDEO

    @property
    def has_relay(self) -> bool:
        return has_relay()

    @property
    def probes(self) -> str:
        return " ".join([*settings.STUN_URLS, *probe_urls()])

    @property
    def opens_in(self) -> int:
        return self.seconds_to(self.booking.join_opens)

    @property
    def starts_in(self) -> int:
        return self.seconds_to(self.booking.start)

    @property
    def ends_in(self) -> int:
        return self.seconds_to(self.booking.end)

    def seconds_to(self, moment: datetime) -> int:
        # The clocks of browsers are often wrong.
        return round((moment - self.now).total_seconds())
