"""What a first visit weighs, how often it asks for pages, and that nothing moves while it comes."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route

from accounts.models import User
from demo.world import Seeder
from tests.browser.conftest import open_context, wait_until

pytestmark = pytest.mark.browser
DEPLOYED = "whitenoise.storage.CompressedManifestStaticFilesStorage"
FONTS = "**/*.woff2"
OTHERS = ["admin", "unfold", "drf_*", "rest_framework"]
# The sum of all shifts that no press caused, also of those before this was asked.
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) sum += shift.value;
  }).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 50)));
})"""


@pytest.fixture
def deployed(tmp_path, settings, transactional_db) -> Iterator[str]:
    """The address of a server that serves files as a deployed one does: collected, compressed, by WhiteNoise."""
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": DEPLOYED}}
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    # Compressing what only the admin and the page of the API show would take minutes.
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=OTHERS)
    server = LiveServerThread("localhost", static_handler=lambda pages: pages)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    yield f"http://localhost:{server.port}"
    server.terminate()


def weigh(context: BrowserContext, path: str) -> dict[str, int]:
    """How many bytes came over the wire, by kind; for pages also how often one was asked for."""
    page = context.new_page()
    kinds, weights = {}, {"Pages": 0}
    network = context.new_cdp_session(page)

    def note_kind(event: dict) -> None:
        kinds[event["requestId"]] = event["type"]
        weights["Pages"] += event["response"]["mimeType"] == "text/html"

    def note_weight(event: dict) -> None:
        kind = kinds[event["requestId"]]
        weights[kind] = weights.get(kind, 0) + round(event["encodedDataLength"])

    network.on("Network.responseReceived", note_kind)
    network.on("Network.loadingFinished", note_weight)
    network.send("Network.enable")
    page.goto(path, wait_until="networkidle")
    return weights


def test_first_visit_weighs_little_and_asks_once_for_the_page(chromium, deployed):
    """Whichever page it is; with faces, quotes and everything that an installation in use shows."""
    Seeder(mentors=14, days=14, now=timezone.now(), portraits=14).run()
    found = {}
    for path in ("/", "/mentors/?q=counter-offer", "/mentors/priya-raghunathan/"):
        context = open_context(chromium, deployed, tz="UTC")
        found[path] = weigh(context, path)
        context.close()
    pages = [weights.pop("Pages") for weights in found.values()]
    # Whose portraits a page shows depends on the hour.
    portraits = [weights.pop("Image", 0) for weights in found.values()]

    assert pages == [1, 1, 1]
    assert {path: weights for path, weights in found.items() if weights["Document"] > 14_000} == {}
    assert max(portraits) <= 20_000
    assert {path: weights for path, weights in found.items() if sum(weights.values()) > 86_000} == {}


def test_letters_beyond_latin_1_are_asked_for_where_a_page_has_some(browser_page, priya):
    """A name that stands half in one font and half in another looks broken."""
    page, asked = browser_page(), []
    page.on("requestfinished", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
    page.goto("/help/", wait_until="networkidle")
    before = [name for name in asked if "extended" in name]
    User.objects.filter(pk=priya.person_id).update(name="Zofia Dąbrowska")
    page.goto(f"/mentors/{priya.slug}/", wait_until="networkidle")

    assert before == []
    assert "source-serif-pro-700-extended.woff2" in asked


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_the_fonts_come_late(browser_page, priya, tomas, bob, booked, width):
    """Nor when the browser's zone isn't the one of the settings, which a notice asks about."""
    page = browser_page(user=bob, width=width, tz="Asia/Tokyo")
    paths = ["/", "/mentors/?q=counter-offer+or+two+offers", f"/mentors/{priya.slug}/?q=Stay+or+go"]
    shifts = {path: shift_of(page, path) for path in [*paths, f"/sessions/{booked(priya, bob).uuid}/"]}

    assert {path: shift for path, shift in shifts.items() if shift > 0.05} == {}


def shift_of(page: Page, path: str) -> float:
    """How much of the page moved by how far, where the fonts come only after everything has been drawn without."""
    held: list[Route] = []
    released = False
    page.route(FONTS, lambda route: route.continue_() if released else held.append(route))
    page.goto(path, wait_until="domcontentloaded")
    page.evaluate(SHIFTS)
    assert held, "no font was asked for"
    released = True
    for route in held:
        route.continue_()
    page.evaluate("document.fonts.ready.then(() => null)")
    shift = page.evaluate(SHIFTS)
    page.unroute(FONTS)
    return shift


def test_no_page_fades_into_the_next(chromium, live_server, transactional_db):
    """A browser that gives such a transition up, as for a second click, complains where no script can hear it yet."""
    context = chromium.new_context(base_url=live_server.url, reduced_motion="no-preference")
    context.add_init_script("addEventListener('pagereveal', event => { window.fades = Boolean(event.viewTransition) })")
    page = context.new_page()
    page.goto("/help/")
    page.locator(".foot a[href='/privacy/']").click()
    page.wait_for_url("**/privacy/")
    wait_until(page, "() => window.fades !== undefined")

    assert page.evaluate("window.fades") is False
    context.close()
