from django.urls import path

from .views import external_calendar, external_calendars

urlpatterns = [
    path("settings/calendars/", external_calendars, name="external_calendars"),
    path("settings/calendars/<uuid:uuid>/", external_calendar, name="external_calendar"),
]
