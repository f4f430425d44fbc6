from django.conf import settings
from django.urls import path, re_path

from . import kit, views
from .branding import files

urlpatterns = [
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("help/", views.help_page, name="help"),
    path("site.webmanifest", files.web_manifest, name="web_manifest"),
    path("share.png", files.site_card, name="site_card"),
    re_path(r"^(?P<name>favicon\.ico|apple-touch-icon(?:-precomposed)?\.png)$", files.root_icon, name="root_icon"),
    path("accessibility/", views.accessibility_page, name="accessibility"),
]
if settings.DEBUG:
    urlpatterns += [path("dev/kit/", kit.kit_page, name="kit")]
