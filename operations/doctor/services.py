"""What stands beside us: Redis, workers, the mail server, the live server, the relay, the virus scanner."""

import socket
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urljoin

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from common.clock import database_now, has_stopped
from mentoring.celery import app
from notifications.deliveries import is_ill, mail_health
from notifications.sending.smtp import ServerAwayError, connect_to_server
from sessions_app.conversation import clamd

from .asking import PATIENCE, TRUST, UnreachableError, ask
from .findings import Finding, bad, good, warning

THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


def look_at_redis() -> Iterator[Finding]:
    try:
        client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        version = client.info("server")["redis_version"]
    except RedisError as error:
        yield bad("redis", f"Redis can’t be reached: {error}", "Start it, or correct REDIS_URL.")
        return
    yield good("redis", f"Redis {version}")


def look_at_workers() -> Iterator[Finding]:
    answers = app.control.ping(timeout=PATIENCE / 2) or []
    names = sorted(name for answer in answers for name in answer)
    if not names:
        do = "Start celery -A mentoring worker. Without one nobody is reminded."
        yield bad("workers", "no worker answers", do)
    else:
        yield good("workers", f"{len(names)} answer: {', '.join(names)}")


def look_at_beat() -> Iterator[Finding]:
    if has_stopped(database_now()):
        do = (
            "Start celery -A mentoring beat, and a worker; if you have just done so, ask again in a minute. "
            "Without it no session is finished and no request runs out."
        )
        yield bad("beat", "nothing that the clock starts has run for five minutes", do)
    else:
        yield good("beat", "what the clock starts runs")


def look_at_outbox() -> Iterator[Finding]:
    health = mail_health(database_now())
    if health.refused:
        yield bad("outbox", f"the mail server refuses us: {health.refused}", "Ask the people who run it.")
    elif is_ill(health.oldest):
        do = "Look at the workers’ log, and at Staff → Emails."
        yield bad("outbox", f"the oldest mail that is due has waited for {health.oldest}", do)
    else:
        yield good("outbox", "nothing that is due waits")


def look_at_mail_server() -> Iterator[Finding]:
    """Connects, encrypts and signs in as a mail would; sends nothing."""
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        connect_to_server().quit()
    except ServerAwayError as error:
        yield bad("mail server", f"{where} doesn’t serve us: {error}", "Correct EMAIL_URL, or start the server.")
        return
    if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or settings.EMAIL_HOST in THIS_MACHINE:
        yield good("mail server", f"{where} takes our mail")
    else:
        do = "Use smtp+tls:// or smtp+ssl:// in EMAIL_URL."
        yield warning("mail server", f"{where} takes our mail, but the way there isn’t encrypted", do)


def look_at_live_server() -> Iterator[Finding]:
    if not settings.LIVE_URL:
        do = "Run python -m live and set LIVE_URL, and pages hear at once."
        yield warning("live server", "none: open pages ask again and again", do)
        return
    url = urljoin(urljoin(settings.SITE_URL + "/", settings.LIVE_URL), "healthz")
    try:
        status = ask(url).status
    except UnreachableError as error:
        yield bad(
            "live server", f"{url}: {error}", f"Start python -m live, and let the proxy pass /live/ to it. {TRUST}"
        )
        return
    if status == HTTPStatus.OK:
        yield good("live server", f"{url} answers")
    else:
        do = "Let the proxy pass /live/ to the live server; 503 is its own answer while it hears nothing from Redis."
        yield bad("live server", f"{url} answered {status}", do)


def look_at_relay() -> Iterator[Finding]:
    """Whether the relay's ports take connections. Those of UDP say nothing, so these are tried by TCP too."""
    for url in settings.TURN_URLS:
        host, _colon, port = url.partition(":")[2].partition("?")[0].rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()
        except (OSError, ValueError) as error:
            yield bad("relay", f"{url}: {error}", "Start coturn, and open its port in the firewall.")
        else:
            yield good("relay", f"{url} takes connections")


def look_at_scanner() -> Iterator[Finding]:
    """Whether clamd answers, where there is one. While it doesn't, nobody can open what others share."""
    if not settings.CLAMD:
        return
    try:
        clamd.ping()
    except clamd.ScannerError as error:
        yield bad("scanner", f"clamd at {settings.CLAMD}: {error}", "Start clamd, or correct CLAMD.")
    else:
        yield good("scanner", f"clamd answers at {settings.CLAMD}")
