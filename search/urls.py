from django.urls import path

from .views import home_page, mentor_list, saved_mentors

urlpatterns = [
    path("", home_page, name="home"),
    path("mentors/", mentor_list, name="mentor_list"),
    path("saved/", saved_mentors, name="saved_mentors"),
]
