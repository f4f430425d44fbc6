"""What search engines are told: where not to look, and which pages there are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from about.models import TextKind
from about.texts import text_shown
from events.models import Event, EventState
from mentors.models import MentorProfile

HOUR = 3600
# 100,000 mentors are twenty pages.
PAGE_SIZE = 5000
PAGES = (
    *("home", "mentor_list", "events", "how_it_works", "become_a_mentor"),
    *("guide", "help", "contact", "privacy", "accessibility"),
)
# An address with a query shows a page that there is without one, for some day, question or order.
ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /api/
Disallow: /staff/
Disallow: /*?
Allow: /sitemap-

Sitemap: {address}
"""


class OurSitemap(Sitemap):
    """Addresses begin as in mails, whatever name the request used."""

    limit = PAGE_SIZE

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site: Any = None) -> str:
        return settings.SITE_URL.partition("://")[2]


class PageSitemap(OurSitemap):
    def items(self) -> Sequence[str]:
        return [*PAGES, *(["terms"] if text_shown(TextKind.TERMS) else [])]

    def location(self, item: str) -> str:
        return reverse(item)


class MentorSitemap(OurSitemap):
    """Each mentor whom a stranger can see, in an order that doesn't change."""

    def items(self) -> QuerySet[MentorProfile]:
        return MentorProfile.objects.seen_by(None).only("slug", "approved_at").order_by("pk")

    def location(self, item: MentorProfile) -> str:
        return reverse("mentor_detail", args=[item.slug])

    def lastmod(self, item: MentorProfile) -> datetime | None:
        """When staff last approved its words."""
        return item.approved_at

    def get_latest_lastmod(self) -> datetime | None:
        """In one row: the class above would read all of them."""
        latest: datetime | None = MentorProfile.objects.seen_by(None).aggregate(at=Max("approved_at"))["at"]
        return latest


class EventSitemap(OurSitemap):
    """Each event that everyone can see, unless it was cancelled."""

    def items(self) -> QuerySet[Event]:
        return Event.objects.public().exclude(state=EventState.CANCELLED).only("slug").order_by("pk")

    def location(self, item: Event) -> str:
        return reverse("event", args=[item.slug])


SITEMAPS: dict[str, Any] = {"pages": PageSitemap, "mentors": MentorSitemap, "events": EventSitemap}


@login_not_required
@require_safe
@cache_control(public=True, max_age=HOUR)
def robots_text(request: HttpRequest) -> HttpResponse:
    address = settings.SITE_URL + reverse("sitemap")
    return as_file(HttpResponse(ROBOTS.format(address=address), content_type="text/plain"))


@login_not_required
@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return as_file(
        TemplateResponse(request, "sitemap_index.xml", {"sitemaps": list_sections()}, content_type="application/xml")
    )


def list_sections() -> list[sitemap_views.SitemapIndexItem]:
    """Every page of every section. Django's own index begins addresses with whatever host was asked for."""
    found = []
    for name, section in SITEMAPS.items():
        sitemap, address = section(), settings.SITE_URL + reverse("sitemap_section", args=[name])
        latest = sitemap.get_latest_lastmod()
        for number in sitemap.paginator.page_range:
            place = address if number == 1 else f"{address}?p={number}"
            found.append(sitemap_views.SitemapIndexItem(place, latest))
    return found


@login_not_required
@require_safe
@cache_control(public=True, max_age=HOUR)
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    return as_file(sitemap_views.sitemap(request, SITEMAPS, section))


def as_file(response: HttpResponse) -> HttpResponse:
    response["Content-Disposition"] = "inline"
    return response
