"""Google Calendar: the list of an account's calendars, and when they are busy.

We ask for busy times only (`freeBusy`), which come without titles and already without what is free, declined or
cancelled. They don't tell events apart, so a session of ours that stands there is taken out by its exact time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from calendars.fetching import FetchError
from calendars.reading.busy import MOST_SPANS, Reading, Span
from calendars.reading.entries import Reader
from calendars.reading.errors import ReadingError

from .asking import list_objects, read_object, read_text
from .contract import Outcome, RemoteCalendar
from .service import Service
from .subtraction import subtract_spans

# One question may name so many calendars.
MOST_CALENDARS = 50
# It refuses ranges of about three months.
LONGEST_RANGE = timedelta(days=60)
FIELDS = "nextPageToken,items(id,summary,summaryOverride,backgroundColor,accessRole,primary,deleted)"


class GoogleSource:
    """`list_wanted` names the calendars that are about to be read: they are asked for together."""

    def __init__(
        self,
        service: Service,
        own_sessions: Callable[[datetime, datetime], Iterable[Span]],
        list_wanted: Callable[[], Sequence[str]],
    ) -> None:
        self.service, self.own_sessions, self.list_wanted = service, own_sessions, list_wanted
        self.answers: dict[tuple[str, datetime, datetime], Mapping[str, Any]] = {}

    @property
    def secret(self) -> bytes:
        return self.service.tokens.as_secret()

    def list_calendars(self) -> list[RemoteCalendar]:
        """The account's own one first. Raises FetchError."""
        items = sorted(self._list_items(), key=lambda item: item.get("primary") is not True)
        return [_calendar_of(item) for item in items[:MOST_CALENDARS]]

    def read_calendar(
        self, remote_id: str, cursor: dict[str, Any], reader: Reader, *, first: datetime, last: datetime
    ) -> Outcome:
        busy = list[Span]()
        begin = first
        while begin < last:
            end = min(begin + LONGEST_RANGE, last)
            busy += _read_spans(self._answer_for(remote_id, begin, end), begin, end)
            begin = end
        if len(busy) > MOST_SPANS:
            raise ReadingError("too_many_times")
        return Outcome(Reading(subtract_spans(busy, self.own_sessions(first, last))), {})

    @property
    def _list_address(self) -> str:
        return f"{self.service.provider.api}/users/me/calendarList"

    def _list_items(self) -> Iterator[Mapping[str, Any]]:
        page = ""
        for _number in range(MOST_CALENDARS):
            asked = {"maxResults": "250", "fields": FIELDS, **({"pageToken": page} if page else {})}
            body = self.service.ask("GET", self._list_address, params=asked)
            yield from (item for item in list_objects(body, "items") if item.get("deleted") is not True)
            page = read_text(body, "nextPageToken")
            if not page:
                return
        raise FetchError("too_large")

    # What it says of one calendar. All that are wanted are asked for at once, and remembered.
    def _answer_for(self, remote_id: str, first: datetime, last: datetime) -> Mapping[str, Any]:
        if (remote_id, first, last) not in self.answers:
            others = [one for one in self.list_wanted() if one != remote_id and (one, first, last) not in self.answers]
            asked = [remote_id, *others][:MOST_CALENDARS]
            body = {
                "timeMin": first.isoformat(),
                "timeMax": last.isoformat(),
                "calendarExpansionMax": MOST_CALENDARS,
                "items": [{"id": one} for one in asked],
            }
            answer = self.service.ask("POST", f"{self.service.provider.api}/freeBusy", json=body)
            found = read_object(answer, "calendars")
            self.answers |= {(one, first, last): read_object(found, one) for one in asked}
        return self.answers[remote_id, first, last]


def _calendar_of(item: Mapping[str, Any]) -> RemoteCalendar:
    return RemoteCalendar(
        remote_id=read_text(item, "id"),
        name=read_text(item, "summaryOverride") or read_text(item, "summary"),
        colour=read_text(item, "backgroundColor"),
        is_writable=item.get("accessRole") == "owner",
    )


def _read_spans(answer: Mapping[str, Any], first: datetime, last: datetime) -> Iterator[Span]:
    if list_objects(answer, "errors") or not isinstance(answer.get("busy"), list):
        raise FetchError("broken")
    for one in list_objects(answer, "busy"):
        try:
            start, end = (datetime.fromisoformat(read_text(one, name)).astimezone(UTC) for name in ("start", "end"))
        except (ValueError, OverflowError):
            raise FetchError("broken") from None
        if start < end and start < last and first < end:
            yield Span(max(start, first), min(end, last))
