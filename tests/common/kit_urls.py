"""The site's addresses, and the kit, which only development serves."""

from django.urls import include, path

from common import kit

urlpatterns = [path("dev/kit/", kit.kit_page, name="kit"), path("", include("mentoring.urls"))]
handler404 = "common.views.not_found"
