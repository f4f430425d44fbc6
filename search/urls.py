"""The first page, and who can help."""

from django.urls import path

from .staff_views import staff_unmet
from .views import home, mentor_list

urlpatterns = [
    path("", home, name="home"),
    path("mentors/", mentor_list, name="mentor_list"),
    path("staff/unmet/", staff_unmet, name="staff_unmet"),
]
