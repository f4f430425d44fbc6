from django.urls import path

from .consent.pages import calendar_consent, calendar_consent_return
from .views import calendar_writing, external_calendar, external_calendars

urlpatterns = [
    path("settings/calendars/", external_calendars, name="external_calendars"),
    path("settings/calendars/with/<slug:slug>/", calendar_consent, name="calendar_consent"),
    path("settings/calendars/with/<slug:slug>/back/", calendar_consent_return, name="calendar_consent_return"),
    path("settings/calendars/sessions/", calendar_writing, name="calendar_writing"),
    path("settings/calendars/<uuid:uuid>/", external_calendar, name="external_calendar"),
]
