from django.urls import path

from programmes.urls import MANAGE

from .boxes.page import programme_box
from .views.figures import figure_mail, programme_figures
from .views.searching import home_page, mentor_list, saved_mentors
from .views.trying import programme_try
from .views.words import programme_reminders, programme_words

urlpatterns = [
    path("", home_page, name="home"),
    path("mentors/", mentor_list, name="mentor_list"),
    path("saved/", saved_mentors, name="saved_mentors"),
    path(f"{MANAGE}figures/", programme_figures, name="programme_figures"),
    path(f"{MANAGE}words/", programme_words, name="programme_words"),
    path(f"{MANAGE}words/reminders/", programme_reminders, name="programme_reminders"),
    path(f"{MANAGE}try/", programme_try, name="programme_try"),
    path("figure-mails/<str:token>/", figure_mail, name="figure_mail"),
    path("embed/<slug:slug>/", programme_box, name="programme_box"),
]
