"""The first page, and who can help."""

from django.urls import path

from .views import home, mentor_list

urlpatterns = [
    path("", home, name="home"),
    path("mentors/", mentor_list, name="mentor_list"),
]
