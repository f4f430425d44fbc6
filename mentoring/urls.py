"""Every address of the product; each app keeps its own map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from events.views.doors import event_door

from . import admin_door, crawlers, health
from .metrics import metrics_page

admin.autodiscover()
admin.site.login = admin_door.sign_in_to_admin  # type: ignore[method-assign]
admin.site.has_permission = admin_door.is_for  # type: ignore[method-assign]

urlpatterns = [
    path("", include("common.urls")),
    path("", include("accounts.urls")),
    path("", include("notifications.urls")),
    path("", include("trust.urls")),
    path("", include("about.urls")),
    path("", include("mentors.urls")),
    path("", include("programmes.urls")),
    path("", include("search.urls")),
    path("", include("sessions_app.urls")),
    path("", include("calendars.urls")),
    path("events/", include("events.urls")),
    # Short, since it stands behind the codes that people scan.
    path("e/<slug:code>/", event_door, name="event_door"),
    path("staff/", include("staff.urls")),
    path("api/v1/", include("mentoring.api_urls")),
    path("admin/", admin.site.urls),
    path("robots.txt", crawlers.robots_text, name="robots"),
    path("sitemap.xml", crawlers.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", crawlers.sitemap_section, name="sitemap_section"),
    path("healthz", health.health_check, name="healthz"),
    path("healthz/live", health.live_check, name="healthz_live"),
    path("healthz/ready", health.ready_check, name="healthz_ready"),
    path("metrics", metrics_page, name="metrics"),
]
if settings.DEV_MAIL:
    urlpatterns += [path("dev/mail/", include("common.dev_mail.urls"))]

handler400 = "common.views.bad_request"
handler403 = "common.views.forbidden_page"
handler404 = "common.views.not_found"
handler500 = "common.views.server_error"
