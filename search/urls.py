from django.urls import path

from .views import home_page, mentor_list

urlpatterns = [
    path("", home_page, name="home"),
    path("mentors/", mentor_list, name="mentor_list"),
]
