"""What other systems are told: to whom, signed how, how often, and to which addresses never."""

import hashlib
import hmac
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.hooks import announce_person
from accounts.roles import end_role
from accounts.rules.roles import StaffRoleName
from notifications.models.webhooks import DeliveryState, WebhookDelivery, WebhookEndpoint
from notifications.pruning import delete_outdated_rows
from notifications.webhooks import addresses, sending
from notifications.webhooks.addresses import BadAddressError, check_url, find_target, is_public
from notifications.webhooks.delivery import (
    MAX_ATTEMPTS,
    claim_delivery,
    deliver_webhook,
    drain_deliveries,
    end_lease,
    reap_webhook_leases,
)
from notifications.webhooks.services import (
    WebhookError,
    announce_event,
    make_endpoint,
    renew_secret,
    send_again,
    switch_endpoint,
)
from notifications.webhooks.signing import secret_of
from tests.conftest import NOW, make_staff
from tests.form_codes import codes_of
from tests.hostile import HOSTILE
from tests.markup import elements_of, markup_of, parts_in
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Receiver(BaseHTTPRequestHandler):
    """Answers as it is told, and remembers what it got."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status, headers, said = self.server.answers.pop(0) if self.server.answers else (204, {}, b"")
        if callable(said):
            said(self)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_given) -> None:
        return


OWNER = StaffRoleName.OWNER


@pytest.fixture
def receiver(settings) -> Iterator[ThreadingHTTPServer]:
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    server.got, server.answers = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/in?from=us"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(receiver, maria) -> WebhookEndpoint:
    return make_endpoint(url=receiver.url, events=["booking.created"], by=maria, now=NOW)


def tell(number: int = 1, event: str = "booking.created", now=NOW) -> int:
    return announce_event(event, cause=f"test:{number}", payload=lambda: {"number": number}, now=now)


def states() -> list[tuple[str, int, str]]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", "attempts", "last_error"))


def test_an_endpoint_is_told_what_it_asked_for_signed_and_once(endpoint, receiver):
    assert [tell(1), tell(1), tell(2, "booking.cancelled")] == [1, 1, 0]

    assert drain_deliveries(NOW) == 1
    [(path, headers, body)] = receiver.got
    row = WebhookDelivery.objects.get()
    told = {"id": str(row.uuid), "event": "booking.created", "at": "2026-11-24T13:46:00Z", "data": {"number": 1}}
    assert (path, json.loads(body), headers["Content-Type"]) == ("/in?from=us", told, "application/json")
    assert (headers["Webhook-Id"], row.state, row.sent_at) == (str(row.uuid), "sent", NOW)
    moment = int(NOW.timestamp())
    digest = hmac.new(secret_of(endpoint).encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Webhook-Signature"] == f"t={moment},v1={digest}"


def test_secrets_are_each_endpoints_own_and_stored_nowhere(endpoint, maria):
    other = make_endpoint(url="https://example.org/other", events=["booking.created"], by=maria, now=NOW)

    assert secret_of(endpoint) != secret_of(other)
    assert secret_of(endpoint) not in str(WebhookEndpoint.objects.values().first())


def test_what_is_refused_is_tried_again_later_and_later_and_ends_dead(endpoint, receiver, retry_waits):
    receiver.answers = [(503, {}, b"busy <b>\x00")] * MAX_ATTEMPTS
    tell()
    moment, waits = NOW, []
    while drain_deliveries(moment):
        row = WebhookDelivery.objects.get()
        waits.append((row.next_try_at - moment).total_seconds())
        moment = max(row.next_try_at, moment + MINUTE)

    assert states() == [("dead", MAX_ATTEMPTS, "503 busy <b>")]
    assert waits[:7] == pytest.approx(retry_waits)
    assert 2 * DAY < moment - NOW < 4 * DAY
    assert len({body for _path, _headers, body in receiver.got}) == 1


def test_one_that_is_away_does_not_hold_up_the_others(endpoint, receiver, maria):
    make_endpoint(url="http://127.0.0.1:9/", events=["booking.created"], by=maria, now=NOW)
    for number in range(3):
        tell(number)

    drain_deliveries(NOW)

    assert len(receiver.got) == 3
    assert sorted(Counter((state, attempts) for state, attempts, _error in states()).items()) == [
        (("pending", 0), 2),
        (("pending", 1), 1),
        (("sent", 1), 3),
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(endpoint, receiver, status):
    receiver.answers = [(status, {"Location": "http://169.254.169.254/latest/meta-data/"}, b"")]
    tell()

    drain_deliveries(NOW)

    assert states() == [("pending", 1, f"{status}: we follow no redirects, give the address itself")]
    assert len(receiver.got) == 1


def slowly(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then for a minute, so that no time-out of a socket ever comes."""
    for _number in range(1200):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: y\r\n"[_number % 24 : _number % 24 + 1])
        except OSError:
            return
        time.sleep(0.05)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A whole head without a length, and then a byte now and then, until nobody listens any more."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
    for _number in range(sending.READ_AT_MOST):
        try:
            handler.wfile.write(b"x")
        except OSError:
            handler.server.left.set()
            return
        time.sleep(0.1)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        for _number in range(2000):
            handler.wfile.write(b"x" * 65536)
    except OSError:
        return


def test_an_answer_that_never_ends_is_cut_off(endpoint, receiver, monkeypatch):
    monkeypatch.setattr(sending, "CONNECT_WITHIN", 0.2)
    monkeypatch.setattr(sending, "ANSWER_WITHIN", 0.2)
    receiver.answers = [(200, {}, slowly), (200, {}, endless)]
    tell(1)
    began = time.monotonic()
    drain_deliveries(NOW)
    drain_deliveries(NOW + MINUTE)

    assert time.monotonic() - began < 30
    assert states() == [("sent", 2, "")]


def test_an_answer_that_drips_after_its_head_is_cut_off(endpoint, receiver, monkeypatch):
    monkeypatch.setattr(sending, "CONNECT_WITHIN", 0.2)
    monkeypatch.setattr(sending, "ANSWER_WITHIN", 0.3)
    receiver.answers, receiver.left = [(200, {}, dripping)], threading.Event()
    tell()

    drain_deliveries(NOW)

    assert receiver.left.wait(30)
    assert states() == [("sent", 1, "")]


def test_an_answer_that_is_no_http_holds_up_nobody(endpoint, receiver):
    receiver.answers = [(200, {}, lambda handler: handler.wfile.write(b"\x00\x01 binary\r\n"))]
    tell()

    drain_deliveries(NOW)

    assert states() == [("pending", 1, "binary")]


def test_nobody_listens(maria, settings):
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    make_endpoint(url="http://127.0.0.1:9/", events=["booking.created"], by=maria, now=NOW)
    tell()
    drain_deliveries(NOW)

    assert states() == [("pending", 1, "[Errno 111] Connection refused")]


def test_a_name_that_nobody_knows_is_tried_again(endpoint, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    tell()
    drain_deliveries(NOW)

    assert states() == [("pending", 1, "127.0.0.1: nobody knows this name.")]


def unknown(*_given, **_options):
    raise socket.gaierror("Name or service not known")


NEVER = [
    *("127.0.0.1", "127.8.8.8", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.9"),
    *("224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd12::1"),
    *("ff02::1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:808:808::"),
    *("2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:20::1", "100::1", "5f00::1", "3fff::1"),
]
ALWAYS = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:2800:220:1::1", "2a00:1450:4001::1", "2001:4860:4860::8888"]


@pytest.mark.parametrize("text", NEVER)
def test_addresses_that_nothing_is_sent_to(text):
    assert is_public(ipaddress.ip_address(text)) is False


@pytest.mark.parametrize("text", ALWAYS)
def test_addresses_of_the_public_internet(text):
    assert is_public(ipaddress.ip_address(text)) is True


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "0", "0x7f000001", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]"),
        *("[fe80::1]", "169.254.169.254", "[64:ff9b::a9fe:a9fe]"),
    ],
)
def test_an_attempt_at_our_own_network_is_dead_at_once_and_says_why(host, maria):
    make_endpoint(url=f"https://{host}/", events=["booking.created"], by=maria, now=NOW)
    tell()
    drain_deliveries(NOW)

    [(state, attempts, error)] = states()
    assert (state, attempts, "not an address of the public internet" in error) == ("dead", 1, True)


def test_one_private_answer_among_public_ones_is_enough(monkeypatch):
    monkeypatch.setattr(addresses, "resolve_host", lambda host, port: [ipaddress.ip_address(one) for one in MIXED])

    with pytest.raises(BadAddressError, match=r"10\.0\.0\.7"):
        find_target("https://example.org/")


MIXED = ("93.184.216.34", "10.0.0.7")


def test_the_connection_goes_to_the_address_that_was_checked(endpoint, receiver, monkeypatch):
    """The name means something else a moment later: nobody asks it again."""
    real, asked = socket.getaddrinfo, []

    def changing(host, port, *given, **options):
        asked.append(host)
        return real("127.0.0.1" if asked.count("name.test") == 1 else "127.0.0.99", port, *given, **options)

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    WebhookEndpoint.objects.update(url=f"http://name.test:{receiver.server_port}/")
    tell()
    drain_deliveries(NOW)

    assert (asked.count("name.test"), states()) == (1, [("sent", 1, "")])
    assert receiver.got[0][1]["Host"] == f"name.test:{receiver.server_port}"


@pytest.mark.parametrize(
    ("host", "trusted", "outcome"),
    [
        ("name.test", True, ("sent", "")),
        ("name.test", False, ("pending", "certificate verify failed")),
        ("other.test", True, ("pending", "Hostname mismatch")),
    ],
)
def test_the_certificate_must_be_the_names(receiver, maria, monkeypatch, host, trusted, outcome):
    """Though the connection goes to an address: whoever sits there must prove to be who was meant."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda name, port, *more, **options: real("127.0.0.1", port, **options))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    make_endpoint(url=f"https://{host}:{receiver.server_port}/", events=["booking.created"], by=maria, now=NOW)
    tell()
    drain_deliveries(NOW)

    [(state, _attempts, error)] = states()
    assert (state, outcome[1] in error) == (outcome[0], True)


# Signed by itself, of a name that is nobody's; its key opens nothing.
CERTIFICATE = Path(__file__).parent / "name_test.pem"


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "//example.org/", "https://", "https:///x", "example.org"),
        *("https://user@example.org/", "https://user:pw@example.org/", "https://example.org/#x"),
        *(
            "https://１２７.0.0.1/",
            "https://example.org:99999/",
            "https://example.org:0/",
            "https://example.org:22/",
            "https://example.org:80/",
            "https://example.org:8443/",
            "https://example.org:6379/x",
            "https://exa mple.org/",
            "https://[::1/",
        ),
        *(
            "https://example.org/\r\nX: y",
            "https://example.org/\x00",
            f"https://{'a' * 70}.org/",
            "mailto:a@b",
        ),
    ],
)
def test_what_cannot_be_the_address_of_an_endpoint(url):
    with pytest.raises(BadAddressError):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://example.org/", "https://example.org:443/in", "https://[2606:2800:220:1::1]:443/"]
)
def test_the_port_may_be_named_if_it_is_that_of_https(url):
    check_url(url)


def test_an_endpoint_from_before_that_rule_is_told_nothing_at_another_port(maria):
    endpoint = make_endpoint(url="https://example.org/", events=["booking.created"], by=maria, now=NOW)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(url="https://127.0.0.1:6379/")
    tell()
    drain_deliveries(NOW)

    [(state, attempts, error)] = states()
    assert (state, attempts, "443" in error) == ("dead", 1, True)


def test_staff_read_why_a_port_is_refused(maria):
    with pytest.raises(WebhookError, match="443") as refused:
        make_endpoint(url="https://example.org:8443/", events=["booking.created"], by=maria, now=NOW)

    assert (refused.value.code, refused.value.field) == ("address", "url")


def test_two_workers_send_each_once(endpoint):
    for number in range(3):
        tell(number)
    rows = [claim_delivery(NOW) for _number in range(4)]

    assert (len({row.pk for row in rows if row}), rows[3]) == (3, None)


@pytest.mark.django_db(transaction=True)
def test_workers_that_race_send_each_once(endpoint, receiver):
    for number in range(12):
        tell(number, now=timezone.now() - MINUTE)
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        drain_deliveries()
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    numbers = Counter(json.loads(body)["data"]["number"] for _path, _headers, body in receiver.got)
    assert numbers == dict.fromkeys(range(12), 1)


def test_what_a_lost_worker_held_is_sent_again_and_the_lost_one_overwrites_nothing(endpoint, receiver):
    tell()
    lost = claim_delivery(NOW)

    assert reap_webhook_leases(NOW + 2 * MINUTE) == 1
    heir = claim_delivery(NOW + 2 * MINUTE)
    assert end_lease(lost, state=DeliveryState.DEAD) is False
    deliver_webhook(heir, NOW + 2 * MINUTE)
    assert states() == [("sent", 2, "")]


def test_sending_again_has_the_same_id(endpoint, receiver, maria):
    tell()
    drain_deliveries(NOW)
    row = WebhookDelivery.objects.get()
    send_again(row, by=maria, now=NOW)
    with pytest.raises(WebhookError) as refused:
        send_again(row, by=maria, now=NOW)
    drain_deliveries(NOW + MINUTE)

    assert refused.value.code == "waiting"
    assert {headers["Webhook-Id"] for _path, headers, _body in receiver.got} == {str(row.uuid)}
    assert len(receiver.got) == 2
    assert WebhookDelivery.objects.get().resent_by == maria


def test_a_stopped_endpoint_is_told_nothing_until_it_starts_again(endpoint, receiver):
    tell(1)
    switch_endpoint(endpoint, on=False)

    assert (tell(2), drain_deliveries(NOW)) == (0, 0)
    switch_endpoint(endpoint, on=True)
    assert drain_deliveries(NOW) == 1


def test_what_is_settled_is_forgotten_after_a_month(endpoint):
    """Not what waits, nor what was sent again since; and at each run only so much."""
    for number, state in enumerate(("sent", "dead", "pending", "sent"), start=1):
        tell(number)
        WebhookDelivery.objects.filter(cause=f"test:{number}").update(
            state=state, sent_at=NOW + (number == 4) * 5 * DAY if state == "sent" else None
        )

    assert delete_outdated_rows(now=NOW + 30 * DAY) == 0
    assert delete_outdated_rows(now=NOW + 31 * DAY) == 2
    assert [state for state, _attempts, _error in states()] == ["pending", "sent"]
    assert delete_outdated_rows(now=NOW + 40 * DAY, seconds=0) == 0
    assert delete_outdated_rows(now=NOW + 40 * DAY) == 1


def test_the_database_refuses_half_a_lease(endpoint):
    tell()
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookDelivery.objects.update(state=DeliveryState.LEASED)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookDelivery.objects.update(state=DeliveryState.SENT)


@pytest.fixture
def as_maria(maria, client):
    sign_in(client, maria)
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    return client


def test_staff_add_an_endpoint_and_see_its_secret_once(as_maria):
    form = {"url": "https://example.org/in", "events": ["booking.created", "booking.cancelled"]}

    made = as_maria.post("/staff/webhooks/add/", form)
    endpoint = WebhookEndpoint.objects.get()
    later = as_maria.get(f"/staff/webhooks/{endpoint.uuid}/")
    again = as_maria.post("/staff/webhooks/add/", form)

    assert (endpoint.url, endpoint.events) == ("https://example.org/in", ["booking.cancelled", "booking.created"])
    assert f'value="{secret_of(endpoint)}"' in made.content.decode()
    assert secret_of(endpoint) not in later.content.decode()
    assert codes_of(again.context["form"]) == {"url": ["exists"]}


def test_staff_are_told_what_is_wrong_with_an_address(as_maria):
    refused = as_maria.post("/staff/webhooks/add/", {"url": "http://example.org/", "events": []})

    assert (refused.status_code, codes_of(refused.context["form"])) == (422, {"events": ["required"]})
    refused = as_maria.post("/staff/webhooks/add/", {"url": "http://example.org/", "events": ["booking.created"]})
    assert codes_of(refused.context["form"]) == {"url": ["address"]}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_staff_type_breaks_nothing(as_maria, text):
    for url in (text, f"https://{text}", f"https://example.org/{text}"):
        answer = as_maria.post("/staff/webhooks/add/", {"url": url, "events": ["booking.created"]})
        assert answer.status_code in (200, 422)

    assert {endpoint.url.isascii() for endpoint in WebhookEndpoint.objects.all()} <= {True}


def test_staff_stop_start_renew_and_remove(as_maria, endpoint):
    page = f"/staff/webhooks/{endpoint.uuid}/"
    before = secret_of(endpoint)

    def act(name: str, **more):
        response = as_maria.post(f"{page}change/", {"act": name, **more})
        endpoint.refresh_from_db()
        return response

    act("stop")
    assert endpoint.is_active is False
    act("start")
    assert endpoint.is_active is True
    shown = [act("secret", secret_number="1").context["secret"] for _twice in range(2)]
    assert shown == [secret_of(endpoint)] * 2
    assert secret_of(endpoint) != before
    assert act("nonsense").status_code == 400
    assert as_maria.post(f"{page}change/", {"act": "remove"})["Location"] == "/staff/webhooks/"
    assert WebhookEndpoint.objects.count() == 0


def asked_since(endpoint: WebhookEndpoint):
    endpoint.refresh_from_db()
    return endpoint.renew_asked_at


def test_secret_that_a_former_owner_knows_is_asked_about_until_it_is_renewed(as_maria, endpoint, maria, bob, charlie):
    bob, charlie = make_staff(bob, OWNER), make_staff(charlie, OWNER)
    renew_secret(endpoint, seen=1, by=bob)
    page = f"/staff/webhooks/{endpoint.uuid}/"

    end_role(person=charlie, role=OWNER, by=maria, now=NOW)
    assert asked_since(endpoint) is None
    end_role(person=bob, role=OWNER, by=maria, now=NOW)
    assert asked_since(endpoint) == NOW
    [row] = elements_of(markup_of(as_maria.get("/staff/")), "tr", data_queue="staff_webhooks")
    assert row.attributes["data-count"] == "1"
    assert "renew-secret" in parts_in(markup_of(as_maria.get(page)))

    shown = as_maria.post(f"{page}change/", {"act": "secret", "secret_number": "2"})
    assert shown.context["secret"] == secret_of(WebhookEndpoint.objects.get())
    assert asked_since(endpoint) is None
    assert "renew-secret" not in parts_in(markup_of(as_maria.get(page)))


def test_owner_whose_account_closes_is_asked_about_and_the_secret_may_stay(as_maria, endpoint, bob):
    bob = make_staff(bob, OWNER)
    WebhookEndpoint.objects.update(secret_by=None)  # as it is for those from before this was noted
    bob.is_active = False
    bob.save()
    announce_person(bob)
    assert asked_since(endpoint) is not None

    as_maria.post(f"/staff/webhooks/{endpoint.uuid}/change/", {"act": "keep"})
    assert asked_since(endpoint) is None


@pytest.mark.parametrize("role", [StaffRoleName.SUPPORT, StaffRoleName.MODERATOR])
def test_other_roles_were_shown_no_secret(role, endpoint, maria, bob):
    end_role(person=make_staff(bob, role), role=role, by=maria, now=NOW)

    assert asked_since(endpoint) is None


def test_staff_send_everything_again_that_did_not_arrive(as_maria, endpoint):
    for number in range(3):
        announce_event("booking.created", cause=f"test:{number}", payload=dict, now=NOW)
    lost = WebhookDelivery.objects.filter(cause__in=("test:0", "test:1"))
    lost.update(state=DeliveryState.DEAD, attempts=18)
    page = f"/staff/webhooks/{endpoint.uuid}/"
    assert "lost" in parts_in(markup_of(as_maria.get(page)))

    done = as_maria.post(f"{page}again/", follow=True)

    assert "lost" not in parts_in(markup_of(done))
    assert set(lost.values_list("state", "attempts", "resent_by__name")) == {("pending", 0, "Maria Marsh")}
    assert WebhookDelivery.objects.get(cause="test:2").resent_by is None
    assert as_maria.post(f"{page}again/").status_code == 302
    assert WebhookDelivery.objects.filter(state=DeliveryState.PENDING).count() == 3


def test_staff_send_again_from_the_page(as_maria, endpoint, receiver):
    tell()
    drain_deliveries(NOW)
    row = WebhookDelivery.objects.get()

    done = as_maria.post(f"/staff/webhooks/told/{row.uuid}/again/", follow=True)

    assert [message.level_tag for message in done.context["messages"]] == ["success"]
    assert "booking.created" in done.content.decode()
    assert WebhookDelivery.objects.get().state == "pending"
