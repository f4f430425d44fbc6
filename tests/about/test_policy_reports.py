"""Reports of browsers about the content policy, and the address for people who find a hole."""

import json
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from about.models import PolicyReport
from about.policy_reports import LARGEST, MOST_A_DAY, REPORTS_A_MINUTE, forget_reports, read_reports
from tests.conftest import NOW

SITE = settings.SITE_URL
PAGE = f"{SITE}/sessions/98c54e35-f23f-4a18-964c-409b77314076/?q=secret"


def old(**report) -> bytes:
    known = {"effective-directive": "script-src-elem", "blocked-uri": "https://evil.example/x?y", "document-uri": PAGE}
    return json.dumps({"csp-report": known | report}).encode()


def new(**body) -> bytes:
    known = {"effectiveDirective": "img-src", "blockedURL": "inline", "documentURL": PAGE}
    return json.dumps([{"type": "csp-violation", "body": known | body}, {"type": "deprecation", "body": {}}]).encode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param(old(), [("script-src-elem", "https://evil.example", "session")], id="old-format"),
        pytest.param(new(), [("img-src", "inline", "session")], id="new-format"),
        pytest.param(new(blockedURL="data:text/plain,secret"), [("img-src", "data", "session")], id="data"),
        pytest.param(old(**{"document-uri": "https://other.example/sessions/"}), None, id="page-of-others"),
        pytest.param(old(**{"effective-directive": "<b>secret</b>"}), None, id="no-directive"),
        pytest.param(old(**{"blocked-uri": "https://[broken"}), None, id="no-address"),
        pytest.param(old(**{"blocked-uri": 7, "document-uri": None, "effective-directive": []}), None, id="no-texts"),
        pytest.param(b"[" * 8000, [], id="brackets"),
        pytest.param(b"[]", [], id="empty-list"),
        pytest.param(b"1", [], id="a-number"),
        pytest.param(b'[{"body": "x", "type": "csp-violation"}, 1, null]', [], id="odd-list"),
        pytest.param(b"\xff\xfe", [], id="no-text"),
    ],
)
def test_what_is_read_of_a_report(body, found):
    read = list(read_reports(body))

    assert found is None or read == found
    assert "secret" not in str(read)
    assert all(max(map(len, one)) <= 120 for one in read)


def send(body: bytes, **headers) -> int:
    return Client().post("/csp-report/", body, content_type="application/csp-report", headers=headers).status_code


@pytest.mark.django_db
def test_reports_are_counted_without_a_session(now):
    with CaptureQueriesContext(connection) as asked:
        sent = [send(old()) for _time in range(3)]

    assert sent == [204] * 3
    [row] = PolicyReport.objects.all()
    assert (row.day, row.origin, row.count) == (date(2026, 11, 24), "https://evil.example", 3)
    assert [query["sql"] for query in asked if "django_session" in query["sql"]] == []


@pytest.mark.django_db
def test_large_and_frequent_reports_are_left_out(now):
    assert send(old(padding="x" * LARGEST)) == 413
    for _time in range(REPORTS_A_MINUTE + 5):
        assert send(old()) == 204

    assert PolicyReport.objects.get().count == REPORTS_A_MINUTE


@pytest.mark.django_db
def test_so_many_different_ones_a_day_are_kept(now):
    rows = [PolicyReport(day=NOW.date(), directive="img-src", origin=f"x{n}", route="home") for n in range(MOST_A_DAY)]
    PolicyReport.objects.bulk_create(rows)
    send(old())
    send(new(blockedURL="x1"))

    assert PolicyReport.objects.count() == MOST_A_DAY
    assert forget_reports(NOW + timedelta(days=1), 600) == 600


@pytest.mark.django_db
def test_every_page_says_where_browsers_report():
    answer = Client().get("/help/")

    policy = [part.strip() for part in answer["Content-Security-Policy"].split(";")]
    assert {"report-uri /csp-report/", "report-to csp"} <= set(policy)
    assert answer["Reporting-Endpoints"] == 'csp="/csp-report/"'


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        pytest.param("security@example.org", "Contact: mailto:security@example.org", id="address"),
        pytest.param("https://example.org/security", "Contact: https://example.org/security", id="page"),
    ],
)
def test_security_text_says_where_to_write_and_until_when_it_holds(settings, contact, line):
    settings.SECURITY_CONTACT = contact
    answer = Client().get("/.well-known/security.txt")

    lines = answer.content.decode().splitlines()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert lines[0] == line
    assert f"Canonical: {SITE}/.well-known/security.txt" in lines
    [expires] = [text.removeprefix("Expires: ") for text in lines if text.startswith("Expires: ")]
    assert settings.RELEASED_ON < date.fromisoformat(expires[:10]) < settings.RELEASED_ON + timedelta(days=366)


def test_no_security_text_without_a_contact(settings):
    settings.SECURITY_CONTACT = ""

    assert Client().get("/.well-known/security.txt").status_code == 404
