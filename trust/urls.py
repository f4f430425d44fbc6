from django.urls import path

from .views.appeals import appeal_page
from .views.public import trust_page
from .views.reports import report_page, report_sent
from .views.separations import part_page, people_apart, people_rejoin

urlpatterns = [
    path("apart/<slug:kind>/<str:key>/", part_page, name="part"),
    path("settings/people/", people_apart, name="people_apart"),
    path("settings/people/<uuid:uuid>/again/", people_rejoin, name="people_rejoin"),
    path("report/<slug:kind>/<str:key>/", report_page, name="report"),
    path("reports/<uuid:uuid>/", report_sent, name="report_sent"),
    path("appeal/<uuid:uuid>/", appeal_page, name="appeal"),
    path("trust/", trust_page, name="trust"),
]
