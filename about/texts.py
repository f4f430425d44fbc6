"""The terms, and what the organisation adds about privacy: written by staff, every version kept."""

import re
import time
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.html import format_html, format_html_join, urlize
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.pages.seen import CHANGED_MEANWHILE, mark_of
from common.refusals import RefusalError

from .models import PublishedText, TextKind

# Every page asks which texts there are, for its footer. A process asks the database twice a minute.
KNOWN_FOR = 30.0
# Publishing one kind happens one after the other: the lock is named by this number and the kind's.
LOCK = 7_106_110
HEADING, ITEM = "# ", "- "


class TextError(RefusalError):
    """A text can’t be published as things are."""


class _Known:
    """The kinds of texts that are shown at present, as this process last read them."""

    kinds: frozenset[str] = frozenset()
    until = 0.0


def text_shown(kind: TextKind) -> PublishedText | None:
    newest = newest_version(kind)
    return newest if newest and newest.body else None


def newest_version(kind: TextKind) -> PublishedText | None:
    return PublishedText.objects.filter(kind=kind).newest_first().first()


def kinds_shown() -> frozenset[str]:
    """The kinds that have a text; another process learns of a change within half a minute."""
    if time.monotonic() >= _Known.until:
        newest = PublishedText.objects.order_by("kind", "-pk").distinct("kind")
        remember_kinds(text.kind for text in newest if text.body)
    return _Known.kinds


def remember_kinds(kinds: Iterable[str]) -> None:
    _Known.kinds, _Known.until = frozenset(kinds), time.monotonic() + KNOWN_FOR


def version_mark(version: PublishedText | None) -> str:
    return mark_of(version.pk if version else None)


@transaction.atomic
def publish_text(*, kind: TextKind, body: str, by: User, now: datetime, seen: str) -> PublishedText | None:
    """Show this text from now on; an empty one is shown nowhere. Returns None where nothing would change.

    `seen` is the mark of the version that the writer began with. Raises TextError `stale`.
    """
    if not may(by, Power.RUN):
        raise PermissionDenied
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, TextKind.values.index(kind)])
    newest = newest_version(kind)
    if version_mark(newest) != seen:
        raise TextError("stale", str(CHANGED_MEANWHILE))
    if body == (newest.body if newest else ""):
        return None
    version = PublishedText.objects.create(kind=kind, body=body, by=by, published_at=now)
    remember_kinds({*kinds_shown() - {kind}, *([kind] if body else [])})
    return version


def text_as_html(body: str) -> SafeString:
    """Paragraphs between empty lines, headings after “# ”, lists of lines after “- ”; addresses become links."""
    return SafeString("\n".join(_block_as_html(block) for block in re.split(r"\n\s*\n", body) if block.strip()))


def _block_as_html(block: str) -> SafeString:
    lines = [line.strip() for line in block.strip().split("\n")]
    if lines[0].startswith(HEADING):
        heading = format_html("<h2>{}</h2>", lines[0].removeprefix(HEADING).strip())
        return heading + _block_as_html("\n".join(lines[1:])) if lines[1:] else heading
    if all(line.startswith(ITEM) for line in lines):
        items = ((_with_links(line.removeprefix(ITEM)),) for line in lines)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", items))
    return format_html(
        "<p>{}</p>", format_html_join(SafeString("<br>"), "{}", ((_with_links(line),) for line in lines))
    )


def _with_links(line: str) -> SafeString:
    return SafeString(urlize(line, nofollow=True, autoescape=True))
