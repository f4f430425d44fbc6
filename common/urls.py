from django.conf import settings
from django.urls import path

from . import kit, views

urlpatterns = [
    path("how-it-works/", views.how_it_works, name="how_it_works"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility_page, name="accessibility"),
]
if settings.DEBUG:
    urlpatterns += [path("dev/kit/", kit.kit_page, name="kit")]
