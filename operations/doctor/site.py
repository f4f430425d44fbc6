"""The site as people reach it: through its address, its proxy and its certificate."""

from collections.abc import Iterator
from http import HTTPStatus

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

from .asking import TRUST, UnreachableError, ask
from .findings import Finding, bad, good

A_FILE, PAGE = "css/app.css", "/contact/"


def look_at_site() -> Iterator[Finding]:
    url = f"{settings.SITE_URL}/healthz/live"
    try:
        status = ask(url).status
    except UnreachableError as error:
        do = f"Start web and the proxy, renew its certificate, or correct SITE_URL. {TRUST}"
        yield bad("site", f"{settings.SITE_URL} can’t be reached from here: {error}", do)
        return
    if status == HTTPStatus.BAD_REQUEST:
        do = "Add the host’s name to ALLOWED_HOSTS, and let the proxy pass Host on."
        yield bad("site", f"{url} answered 400", do)
    elif status != HTTPStatus.OK:
        yield bad("site", f"{url} answered {status}", "Let the proxy pass everything to web.")
    else:
        yield good("site", f"{settings.SITE_URL} answers")


def look_at_proxy() -> Iterator[Finding]:
    """A page that leads to itself for ever: the proxy doesn't say that people come by HTTPS, or isn't believed."""
    if ask(f"{settings.SITE_URL}{PAGE}").leads_to.endswith(PAGE):
        do = "Set NUM_PROXIES to the number of proxies, and let them send X-Forwarded-Proto."
        yield bad("proxy", "pages lead to themselves: we don’t learn that people come by HTTPS", do)
    else:
        yield good("proxy", f"{settings.NUM_PROXIES} in front, and pages answer")


def look_at_static_files() -> Iterator[Finding]:
    try:
        url = staticfiles_storage.url(A_FILE)
    except ValueError:
        yield bad("static files", "they haven’t been collected", "Run manage.py collectstatic --noinput.")
        return
    status = ask(settings.SITE_URL + url).status
    if status == HTTPStatus.OK:
        yield good("static files", "they are served")
    else:
        do = "Run manage.py collectstatic --noinput with web’s DATA_DIR, then start web again."
        yield bad("static files", f"{url} answered {status}", do)
