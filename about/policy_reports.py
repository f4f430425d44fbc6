"""What browsers report about our content policy: counts by day, directive, origin and route, without addresses."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.urls import Resolver404, resolve

from accounts.access.throttling import MINUTE, Rate, take_within_rate

from .models import PolicyReport

LARGEST = 8 * 1024
REPORTS_A_MINUTE = 20
# So many different ones a day are kept; what is known already is counted on.
MOST_A_DAY = 1000
DIRECTIVE = re.compile(r"[a-z]{2,12}(-[a-z]{2,12}){1,4}")
# What stands in place of an address, by CSP level 3
KEYWORDS = {"inline", "eval", "wasm-eval", "data", "blob", "trusted-types-policy", "trusted-types-sink"}
OTHER = "other"
COUNT = """
INSERT INTO about_policyreport AS known (day, directive, origin, route, count)
SELECT %(day)s, %(directive)s, %(origin)s, %(route)s, 1
WHERE EXISTS (
    SELECT FROM about_policyreport
    WHERE day = %(day)s AND directive = %(directive)s AND origin = %(origin)s AND route = %(route)s
) OR (SELECT count(*) FROM about_policyreport WHERE day = %(day)s) < %(most)s
ON CONFLICT (day, directive, origin, route) DO UPDATE SET count = least(known.count, 1000000000) + 1
"""


class Violation(NamedTuple):
    directive: str
    origin: str
    route: str


def take_reports(body: bytes, *, address: str, now: datetime) -> int:
    """Count what one request reports, in either of the two formats. Returns how many; nonsense counts as none."""
    if len(body) > LARGEST or take_within_rate(Rate("csp", REPORTS_A_MINUTE, MINUTE), address, now=now):
        return 0
    found = list(read_reports(body))
    with connection.cursor() as cursor:
        for violation in found:
            cursor.execute(COUNT, {"day": now.date(), "most": MOST_A_DAY, **violation._asdict()})
    return len(found)


def read_reports(body: bytes) -> Iterator[Violation]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return
    for report in sent if isinstance(sent, list) else [sent]:
        if not isinstance(report, dict):
            continue
        old, new = report.get("csp-report"), report.get("body")
        if isinstance(old, dict):
            directive = old.get("effective-directive") or old.get("violated-directive")
            yield Violation(_directive(directive), _origin(old.get("blocked-uri")), _route(old.get("document-uri")))
        elif report.get("type") == "csp-violation" and isinstance(new, dict):
            yield Violation(
                _directive(new.get("effectiveDirective")),
                _origin(new.get("blockedURL")),
                _route(new.get("documentURL")),
            )


def _directive(said: Any) -> str:
    first = said.split(" ")[0] if isinstance(said, str) else ""
    return first if len(first) <= 40 and DIRECTIVE.fullmatch(first) else OTHER


def _origin(said: Any) -> str:
    """Scheme and host of what was blocked; its path may be a person's."""
    if not isinstance(said, str):
        return OTHER
    if said in KEYWORDS:
        return said
    try:
        parts = urlsplit(said)
        host, port = parts.hostname, parts.port
    except ValueError:
        return OTHER
    if parts.scheme in KEYWORDS or (parts.scheme and not host):
        return parts.scheme[:20] if parts.scheme.isascii() and parts.scheme.isalnum() else OTHER
    if not host or not re.fullmatch(r"[a-z0-9.:-]{1,100}", host):
        return OTHER
    return f"{parts.scheme[:10]}://{host}" + (f":{port}" if port else "")


def _route(said: Any) -> str:
    """The name of the page it happened on, without what its address names."""
    try:
        parts = urlsplit(said if isinstance(said, str) else "")
        if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL:
            return OTHER
        return resolve(parts.path).view_name[:60] or OTHER
    except (ValueError, Resolver404):
        return OTHER


def forget_reports(before: datetime, most: int) -> int:
    old = PolicyReport.objects.filter(day__lt=before.date()).values("pk")[:most]
    return PolicyReport.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
