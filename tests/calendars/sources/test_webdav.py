"""Servers that mean harm, or are none: what is asked of them, what they are told, and what their answers may cost."""

import gzip
import ipaddress
import threading
from datetime import UTC, datetime, timedelta

import pytest

from calendars import fetching
from calendars.fetching import FetchError
from calendars.reading.entries import Reader
from calendars.sources import multistatus, webdav
from calendars.sources.caldav import CalDavSecret, CalDavSource
from calendars.sources.multistatus import XmlError, read_multistatus
from calendars.sources.webdav import may_have_password
from notifications.webhooks import addresses
from tests.calendars.servers import say

FIRST = datetime(2026, 11, 26, tzinfo=UTC)
CALENDAR = "<d:collection/><c:calendar/>"
EMPTY = '<d:multistatus xmlns:d="DAV:"/>'
EVENT = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n"
    "DTSTART:20261126T100000Z\nDTEND:20261126T110000Z\nEND:VEVENT\nEND:VCALENDAR\n"
)


def answer_with(handler, *responses, status=207):
    body = f'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{"".join(responses)}</d:multistatus>'
    say(handler, status, body.encode())


def response(href, properties, status="HTTP/1.1 200 OK"):
    return (
        f"<d:response><d:href>{href}</d:href><d:propstat><d:prop>{properties}</d:prop>"
        f"<d:status>{status}</d:status></d:propstat></d:response>"
    )


def a_calendar(href, name="Work"):
    return response(href, f"<d:resourcetype>{CALENDAR}</d:resourcetype><d:displayname>{name}</d:displayname>")


def answer_as_account(handler, *, home="/home/"):
    """The smallest server that has an account with one calendar, in which there is one event."""
    if handler.command == "REPORT":
        answer_with(handler, response("/home/work/1.ics", f"<c:calendar-data>{EVENT}</c:calendar-data>"))
    elif handler.path == "/home/":
        answer_with(handler, a_calendar("/home/work/"))
    else:
        found = f"<c:calendar-home-set><d:href>{home}</d:href></c:calendar-home-set>"
        answer_with(handler, response(handler.path, found))


def source_at(address):
    return CalDavSource(CalDavSecret(address, "anna@example.org", "s3cr3t").write())


def listing_code(address):
    with pytest.raises(FetchError) as refused:
        source_at(address).list_calendars()
    return refused.value.code


def reading_code(server, cursor=None):
    with pytest.raises(FetchError) as refused:
        read_from(server, cursor)
    return refused.value.code


def read_from(server, cursor=None):
    return source_at(server.url).read_calendar(
        "/home/work/", cursor or {}, Reader("UTC"), first=FIRST, last=FIRST + timedelta(days=1)
    )


def test_the_smallest_server_there_is(serve):
    server = serve(answer_as_account)

    [found] = source_at(server.url).list_calendars()

    assert (found.remote_id, found.name, found.is_writable) == ("/home/work/", "Work", False)
    assert len(read_from(server).reading.spans) == 1


def test_without_marks_the_etags_tell_whether_anything_changed(serve):
    tag = ['"1"']

    def answer(handler):
        if handler.command == "PROPFIND":
            answer_with(handler, response("/home/work/", ""))
        else:
            data = f"<d:getetag>{tag[0]}</d:getetag><c:calendar-data>{EVENT}</c:calendar-data>"
            answer_with(handler, response("/home/work/1.ics", data))

    server = serve(answer)
    first = read_from(server)
    assert read_from(server, first.cursor).reading is None

    tag[0] = '"2"'
    assert read_from(server, first.cursor).reading.spans == first.reading.spans


def test_the_server_names_the_addresses_at_which_its_person_is_invited(serve):
    invited = EVENT.replace("UID:1", "UID:1\nATTENDEE;PARTSTAT=DECLINED:mailto:Anna@Work.example")

    def answer(handler):
        if handler.command == "REPORT":
            answer_with(handler, response("/home/work/1.ics", f"<c:calendar-data>{invited}</c:calendar-data>"))
        elif handler.path == "/home/":
            answer_with(handler, a_calendar("/home/work/"))
        else:
            named = "<d:href>mailto:anna@work.example</d:href><d:href>/anna/</d:href>"
            answer_with(
                handler,
                response(
                    handler.path,
                    f"<c:calendar-home-set><d:href>/home/</d:href></c:calendar-home-set>"
                    f"<c:calendar-user-address-set>{named}</c:calendar-user-address-set>",
                ),
            )

    server = serve(answer)
    source = source_at(server.url)
    source.list_calendars()

    read = source.read_calendar("/home/work/", {}, Reader("UTC"), first=FIRST, last=FIRST + timedelta(days=1))
    assert read.reading.spans == ()


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "refused"), (403, "not_caldav"), (404, "not_caldav"), (405, "not_caldav"), (501, "not_caldav"),
     (429, "broken"), (500, "broken"), (503, "broken")],
)  # fmt: skip
def test_why_no_account_is_found(serve, status, code):
    assert listing_code(serve(lambda handler: say(handler, status)).url) == code


@pytest.mark.parametrize(("status", "code"), [(401, "refused"), (403, "broken"), (404, "broken"), (500, "broken")])
def test_why_a_calendar_cannot_be_read(serve, status, code):
    assert reading_code(serve(lambda handler: say(handler, status))) == code


@pytest.mark.parametrize("status", [200, 207])
def test_a_page_is_no_account(serve, status):
    page = b"<!doctype html><html><title>Sign in</title></html>"
    server = serve(lambda handler: say(handler, status, page))

    assert (listing_code(server.url), reading_code(server)) == ("not_caldav", "broken")


def test_a_visitor_is_told_to_sign_in(serve):
    def answer(handler):
        nobody = "<d:current-user-principal><d:unauthenticated/></d:current-user-principal>"
        answer_with(handler, response("/", nobody))

    assert listing_code(serve(answer).url) == "refused"


def test_an_event_that_could_not_be_given_makes_the_reading_fail(serve):
    def answer(handler):
        broken = response("/home/work/2.ics", "<c:calendar-data/>", "HTTP/1.1 500 Internal Server Error")
        answer_with(handler, response("/home/work/1.ics", f"<c:calendar-data>{EVENT}</c:calendar-data>"), broken)

    assert reading_code(serve(answer)) == "broken"


def test_an_event_that_is_gone_meanwhile_does_not(serve):
    def answer(handler):
        gone = "<d:response><d:href>/home/work/2.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"
        answer_with(handler, response("/home/work/1.ics", f"<c:calendar-data>{EVENT}</c:calendar-data>"), gone)

    assert len(read_from(serve(answer)).reading.spans) == 1


def test_an_event_that_makes_no_sense_spoils_no_other(serve):
    def answer(handler):
        nonsense = response("/home/work/2.ics", "<c:calendar-data>Hello</c:calendar-data>")
        answer_with(handler, response("/home/work/1.ics", f"<c:calendar-data>{EVENT}</c:calendar-data>"), nonsense)

    reading = read_from(serve(answer)).reading

    assert (len(reading.spans), reading.unread) == (1, 1)


# What is asked, and who is told the password


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/dav", "https://localhost/", "http://example.org/",
     "https://169.254.169.254/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1]/",
     "https://[fd00::1]/", "https://[2002:7f00:1::]/", "file:///etc/passwd", "https://a:b@example.org/",
     "https://example.org:22/", "https://example.org:8443/", "https://2130706433/", "https://0x7f.1/", "nothing", ""],
)  # fmt: skip
def test_only_public_addresses_are_asked(url):
    assert listing_code(url) == "address"


def test_a_name_that_means_another_address_the_second_time_is_checked_each_time(serve, settings, monkeypatch):
    """The first question goes out; before the second, the name is made to mean an address of our own network."""
    server = serve(answer_as_account)
    found = iter(["127.0.0.1", "10.0.0.7"])

    def resolve(_host, _port):
        address = ipaddress.ip_address(next(found))
        settings.WEBHOOKS_TO_LOCAL_ADDRESSES = address.is_loopback
        return [address]

    monkeypatch.setattr(addresses, "resolve_host", resolve)

    assert listing_code(server.url) == "address"
    assert len(server.asked) == 1


def test_every_redirect_is_checked(serve, settings):
    inner = serve(answer_as_account)

    def send_inside(handler):
        settings.WEBHOOKS_TO_LOCAL_ADDRESSES = False
        say(handler, 302, Location=inner.url.replace("http", "https"))

    assert listing_code(serve(send_inside).url) == "address"
    assert inner.asked == []


def test_redirects_on_the_same_server_are_followed_with_the_password(serve):
    def answer(handler):
        if handler.path == "/.well-known/caldav":
            say(handler, 301, Location="/dav/")
        else:
            answer_as_account(handler)

    server = serve(answer)

    assert len(source_at(server.url).list_calendars()) == 1
    assert [path for path, _headers in server.asked] == ["/.well-known/caldav", "/dav/", "/home/"]
    assert all(headers["Authorization"].startswith("Basic ") for _path, headers in server.asked)


def test_redirects_in_a_circle_end(serve):
    server = serve(lambda handler: say(handler, 302, Location="/.well-known/caldav"))

    assert listing_code(server.url) == "not_caldav"
    assert len(server.asked) == 2 * fetching.MOST_HOPS


@pytest.mark.parametrize("by", ["redirect", "principal", "home"])
def test_another_server_is_asked_nothing_and_never_told_the_password(serve, by):
    other = serve(answer_as_account)

    def answer(handler):
        there = f"<d:href>{other.url}/</d:href>"
        if by == "redirect":
            say(handler, 302, Location=f"{other.url}/")
        elif by == "principal":
            answer_with(handler, response("/", f"<d:current-user-principal>{there}</d:current-user-principal>"))
        else:
            answer_with(handler, response("/", f"<c:calendar-home-set>{there}</c:calendar-home-set>"))

    assert listing_code(serve(answer).url) == "elsewhere"
    assert other.asked == []


def test_calendars_that_are_said_to_be_elsewhere_are_left_out(serve):
    def answer(handler):
        if handler.path == "/home/":
            answer_with(handler, a_calendar("/home/work/"), a_calendar("https://other.example/home/"))
        else:
            answer_as_account(handler)

    assert [one.remote_id for one in source_at(serve(answer).url).list_calendars()] == ["/home/work/"]


@pytest.mark.parametrize(
    ("given", "url", "is_told"),
    [
        ("https://example.org", "https://example.org/dav/", True),
        ("https://example.org/", "https://example.org:443/dav/", True),
        ("https://example.org/", "https://dav.example.org/", True),
        ("https://caldav.icloud.com", "https://p42-caldav.icloud.com:443/1/calendars/", True),
        ("https://caldav.icloud.com", "https://caldav.icloud.com.example.org/", False),
        ("https://www.example.org/", "https://dav.example.org/", False),
        ("https://dav.example.org/", "https://example.org/", False),
        ("https://example.org/", "https://notexample.org/", False),
        ("https://example.org/", "https://example.org.evil.example/", False),
        ("https://anna.co.uk/", "https://other.co.uk/", False),
    ],
)
def test_who_may_have_the_password(given, url, is_told):
    assert may_have_password(given, url) is is_told


@pytest.mark.parametrize("url", ["http://example.org/", "https://example.org:8443/", "https://a:b@example.org/"])
def test_nobody_has_it_without_https_or_at_another_port(url):
    with pytest.raises(FetchError) as refused:
        may_have_password("https://example.org/", url)

    assert refused.value.code == "address"


def test_the_password_is_in_no_text_that_an_error_could_show(serve):
    server = serve(lambda handler: say(handler, 500))
    secret = CalDavSecret(server.url, "anna", "s3cr3t")
    account = webdav.Account(server.url, "anna", "s3cr3t")

    with pytest.raises(FetchError) as refused:
        CalDavSource(secret.write()).list_calendars()

    assert "s3cr3t" not in f"{secret!r}{account!r}{webdav.WebDavClient(account)!r}{refused.value!r}"


# What an answer may cost


def test_bombs_end_when_they_are_large(serve):
    zeros = gzip.compress(bytes(64 * 1024 * 1024))
    server = serve(lambda handler: say(handler, 207, zeros, Content_Encoding="gzip"))

    assert (listing_code(server.url), reading_code(server)) == ("too_large", "too_large")


def test_the_bytes_are_for_all_answers_together(serve, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)

    def answer(handler):
        answer_with(handler, response("/home/work/", ""), f"<!--{'x' * 500}-->")

    assert reading_code(serve(answer)) == "too_large"


def test_an_answer_that_never_ends_is_left(serve, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 1)
    left = threading.Event()

    def drip(handler):
        say(handler, 207)
        while not handler.server.is_over.wait(0.05):
            try:
                handler.wfile.write(b"<")
            except OSError:
                left.set()
                return

    assert listing_code(serve(drip).url) == "too_slow"
    assert left.wait(30)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<d:multistatus xmlns:d="DAV:"><d:response><d:href>&b;</d:href></d:response></d:multistatus>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<d:multistatus xmlns:d="DAV:"><d:response><d:href>&a;</d:href></d:response></d:multistatus>"""


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        OUTSIDE,
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">' + EMPTY.encode(),
        EMPTY.encode()[:-2],
        EMPTY.encode().replace(b"DAV:", b"DAV"),
        b'<?xml version="1.0" encoding="of-nobody"?>' + EMPTY.encode(),
        b"<d:multistatus xmlns:d='DAV:'>&a;</d:multistatus>",
        b"<d:multistatus xmlns:d='DAV:'><d:response><d:href>/</d:href><d:status>fine</d:status></d:response>"
        b"</d:multistatus>",
        b"",
        b"\xff\xfe",
        b"\0" * 100,
    ],
    ids=["bomb", "outside", "dtd", "half", "namespace", "encoding", "entity", "status", "nothing", "mark", "zeros"],
)
def test_xml_that_is_not_read(content, serve):
    with pytest.raises(XmlError):
        read_multistatus(content)
    assert reading_code(serve(lambda handler: say(handler, 207, content))) == "broken"


@pytest.mark.parametrize(
    "inside",
    ["<a>" * (multistatus.DEEPEST + 1), "<a/>" * (multistatus.MOST_ELEMENTS + 1),
     "<a " + " ".join(f'a{number}=""' for number in range(multistatus.MOST_ATTRIBUTES + 1)) + "/>"],
    ids=["deep", "many", "attributes"],
)  # fmt: skip
def test_xml_that_costs_too_much(inside):
    with pytest.raises(XmlError):
        read_multistatus(f'<d:multistatus xmlns:d="DAV:">{inside}</d:multistatus>'.encode())


def test_hrefs_with_blanks_are_escaped(serve):
    def answer(handler):
        if handler.path == "/my%20home/":
            answer_with(handler, a_calendar("/my home/w%C3%B6rk/"))
        else:
            answer_as_account(handler, home="/my home/")

    assert [one.remote_id for one in source_at(serve(answer).url).list_calendars()] == ["/my%20home/w%C3%B6rk/"]
