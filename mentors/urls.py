from django.urls import path

from mentors.views.apply import mentor_apply
from mentors.views.cards import mentor_card
from mentors.views.offers import mentor_offer_add, mentor_offer_edit, mentor_offer_switch, mentor_offers
from mentors.views.photos import mentor_photo
from mentors.views.public import (
    become_a_mentor,
    mentor_apply_again,
    mentor_profile,
    mentor_profile_discard,
    mentor_profile_send,
)
from mentors.views.saved import save_or_remove, saved_gone
from mentors.views.topics import staff_topic_add, staff_topic_edit, staff_topics

urlpatterns = [
    path("become-a-mentor/", become_a_mentor, name="become_a_mentor"),
    path("photos/<slug:slug>/<slug:key>-<int:size>.webp", mentor_photo, name="mentor_photo"),
    path("share/<slug:slug>-<int:version>.png", mentor_card, name="mentor_card"),
    path("mentor/apply/<int:step>/", mentor_apply, name="mentor_apply"),
    path("mentor/profile/", mentor_profile, name="mentor_profile"),
    path("mentor/profile/send/", mentor_profile_send, name="mentor_profile_send"),
    path("mentor/profile/discard/", mentor_profile_discard, name="mentor_profile_discard"),
    path("mentor/profile/apply-again/", mentor_apply_again, name="mentor_apply_again"),
    path("mentor/offers/", mentor_offers, name="mentor_offers"),
    path("mentor/offers/add/", mentor_offer_add, name="mentor_offer_add"),
    path("mentor/offers/<uuid:uuid>/", mentor_offer_edit, name="mentor_offer_edit"),
    path("mentor/offers/<uuid:uuid>/show/", mentor_offer_switch, name="mentor_offer_switch"),
    path("saved/change/", save_or_remove, name="save_mentor"),
    path("saved/gone/", saved_gone, name="saved_gone"),
    path("staff/topics/", staff_topics, name="staff_topics"),
    path("staff/topics/add/", staff_topic_add, name="staff_topic_add"),
    path("staff/topics/<slug:slug>/", staff_topic_edit, name="staff_topic_edit"),
]
