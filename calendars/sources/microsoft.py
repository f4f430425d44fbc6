"""Outlook and Microsoft 365, by Microsoft Graph: an account's calendars, and the events that make it busy."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from calendars.fetching import FetchError
from calendars.reading.busy import MOST_SPANS, Reading, Span
from calendars.reading.entries import LONGEST_TITLE, Reader, day_start
from calendars.reading.errors import ReadingError

from .asking import list_objects, read_object, read_text
from .contract import Outcome, RemoteCalendar
from .service import Service
from .subtraction import subtract_spans

MOST_CALENDARS = 50
PAGE = 200
NEXT = "@odata.nextLink"
IN_UTC = {"Prefer": 'outlook.timezone="UTC"'}
FREE = {"free", "workingElsewhere"}
CALENDAR_FIELDS = "id,name,hexColor,canEdit,isDefaultCalendar"
EVENT_FIELDS = "showAs,isAllDay,isCancelled,start,end,responseStatus,iCalUId"
TITLE = "subject"


class MicrosoftSource:
    def __init__(self, service: Service, own_sessions: Callable[[datetime, datetime], Iterable[Span]]) -> None:
        self.service, self.own_sessions = service, own_sessions

    @property
    def secret(self) -> bytes:
        return self.service.tokens.as_secret()

    def list_calendars(self) -> list[RemoteCalendar]:
        asked = {"$select": CALENDAR_FIELDS, "$top": "100"}
        pages = self.service.ask_pages(f"{self._me}/calendars", NEXT, params=asked)
        items = sorted(
            (item for page in pages for item in list_objects(page, "value")),
            key=lambda item: item.get("isDefaultCalendar") is not True,
        )
        return [_calendar_of(item) for item in items[:MOST_CALENDARS]]

    def read_calendar(
        self, remote_id: str, cursor: dict[str, Any], reader: Reader, *, first: datetime, last: datetime
    ) -> Outcome:
        address = f"{self._me}/calendars/{quote(remote_id, safe='')}/calendarView"
        asked = {
            "startDateTime": _write_moment(first),
            "endDateTime": _write_moment(last),
            "$select": f"{EVENT_FIELDS},{TITLE}" if reader.keeps_titles else EVENT_FIELDS,
            "$top": str(PAGE),
        }
        busy, titles, unread = list[Span](), list[tuple[Span, str]](), 0
        for page in self.service.ask_pages(address, NEXT, params=asked, headers=IN_UTC):
            if not isinstance(page.get("value"), list):
                raise FetchError("broken")
            for event in list_objects(page, "value"):
                try:
                    span = _read_event(event, reader)
                except (ValueError, OverflowError):
                    unread += 1
                    continue
                if span and span.start < span.end and span.start < last and first < span.end:
                    busy.append(Span(max(span.start, first), min(span.end, last)))
                    if reader.keeps_titles and (title := read_text(event, TITLE)):
                        titles.append((busy[-1], title[:LONGEST_TITLE]))
            if len(busy) > MOST_SPANS:
                raise ReadingError("too_many_times")
        own = list(self.own_sessions(first, last))
        spans = subtract_spans(busy, own)
        return Outcome(Reading(spans, unread=unread, titles=_titles_of(titles, own)), {})

    @property
    def _me(self) -> str:
        return f"{self.service.provider.api}/me"


# By what is left of each event beside the person's own sessions.
def _titles_of(titles: Iterable[tuple[Span, str]], own: Sequence[Span]) -> Mapping[Span, Sequence[str]]:
    found: dict[Span, list[str]] = defaultdict(list)
    for span, title in titles:
        for left in subtract_spans([span], own):
            found[left].append(title)
    return found


def _calendar_of(item: Mapping[str, Any]) -> RemoteCalendar:
    return RemoteCalendar(
        remote_id=read_text(item, "id"),
        name=read_text(item, "name"),
        colour=read_text(item, "hexColor"),
        is_writable=item.get("canEdit") is True,
    )


# None if it makes nobody busy. Raises ValueError for an event that makes no sense.
def _read_event(event: Mapping[str, Any], reader: Reader) -> Span | None:
    whole_day = event.get("isAllDay") is True
    if not _makes_busy(event, reader, whole_day=whole_day):
        return None
    start, end = (_read_moment(read_object(event, name)) for name in ("start", "end"))
    if not whole_day:
        return Span(start, end)
    # Days come as midnight of UTC, whatever zone they are in: they are its owner's.
    zone = ZoneInfo(reader.zone)
    return Span(*(day_start(moment.date(), zone).astimezone(UTC) for moment in (start, end)))


def _makes_busy(event: Mapping[str, Any], reader: Reader, *, whole_day: bool) -> bool:
    response = read_text(read_object(event, "responseStatus"), "response")
    if event.get("isCancelled") is True or response == "declined":
        return False
    if reader.own_domain and read_text(event, "iCalUId").lower().endswith(f"@{reader.own_domain}".lower()):
        return False
    if whole_day and reader.all_day != "said":
        return reader.all_day == "always"
    shown = read_text(event, "showAs")
    return shown not in FREE and (shown != "tentative" or reader.counts_tentative)


def _read_moment(said: Mapping[str, Any]) -> datetime:
    # UTC is the zone that we asked for.
    if said.get("timeZone") != "UTC":
        raise ValueError("A moment in another zone, or none.")
    moment = datetime.fromisoformat(read_text(said, "dateTime"))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
