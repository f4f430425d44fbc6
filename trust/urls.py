from django.urls import path

from .views import part_page, people_apart, people_rejoin

urlpatterns = [
    path("apart/<slug:kind>/<str:key>/", part_page, name="part"),
    path("settings/people/", people_apart, name="people_apart"),
    path("settings/people/<uuid:uuid>/again/", people_rejoin, name="people_rejoin"),
]
