"""Addresses of a mentor's own time and of the requests they answer."""

from django.urls import path

from .availability_views import availability
from .exception_views import mentor_date, mentor_date_add, mentor_time_off, mentor_time_off_add
from .mentor_views import respond, today

urlpatterns = [
    path("mentor/", today, name="mentor_today"),
    path("mentor/availability/", availability, name="mentor_availability"),
    path("mentor/availability/dates/add/", mentor_date_add, name="mentor_date_add"),
    path("mentor/availability/dates/<int:pk>/", mentor_date, name="mentor_date"),
    path("mentor/availability/time-off/add/", mentor_time_off_add, name="mentor_time_off_add"),
    path("mentor/availability/time-off/<int:pk>/", mentor_time_off, name="mentor_time_off"),
    path("sessions/<uuid:uuid>/respond/", respond, name="session_respond"),
]
