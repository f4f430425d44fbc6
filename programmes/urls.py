from django.urls import path

from .views.declining import programme_decline
from .views.joining import programme_join
from .views.links import programme_link_revoke, programme_links
from .views.lists import programme_list, programme_list_check, programme_list_invited, programme_list_row
from .views.looks import look_logo, look_style, programme_look
from .views.managing import (
    programme_copy,
    programme_manage,
    programme_manager_end,
    programme_settings,
    programme_state,
)
from .views.member import programme, programme_invited, programme_leave, programme_minutes, programme_shown, programmes
from .views.people import programme_member, programme_members
from .views.rules import programme_rules

MANAGE = "programmes/<slug:slug>/manage/"

urlpatterns = [
    # Short, since it is sent in messages of all kinds
    path("join/<str:token>/", programme_join, name="programme_join"),
    path("invitations/<str:token>/", programme_decline, name="programme_decline"),
    path("programmes/", programmes, name="programmes"),
    path("programmes/<slug:slug>/", programme, name="programme"),
    path("programmes/<slug:slug>/leave/", programme_leave, name="programme_leave"),
    path("programmes/<slug:slug>/invited/", programme_invited, name="programme_invited"),
    path("programmes/<slug:slug>/minutes/", programme_minutes, name="programme_minutes"),
    path("programmes/<slug:slug>/shown/", programme_shown, name="programme_shown"),
    path(MANAGE, programme_manage, name="programme_manage"),
    path(f"{MANAGE}settings/", programme_settings, name="programme_settings"),
    path(f"{MANAGE}look/", programme_look, name="programme_look"),
    path(f"{MANAGE}rules/", programme_rules, name="programme_rules"),
    path(f"{MANAGE}state/", programme_state, name="programme_state"),
    path(f"{MANAGE}copy/", programme_copy, name="programme_copy"),
    path(f"{MANAGE}managers/<uuid:uuid>/end/", programme_manager_end, name="programme_manager_end"),
    path(f"{MANAGE}members/", programme_members, name="programme_members"),
    path(f"{MANAGE}members/<uuid:uuid>/", programme_member, name="programme_member"),
    path(f"{MANAGE}links/", programme_links, name="programme_links"),
    path(f"{MANAGE}links/<int:number>/revoke/", programme_link_revoke, name="programme_link_revoke"),
    path(f"{MANAGE}list/", programme_list, name="programme_list"),
    path(f"{MANAGE}list/check/", programme_list_check, name="programme_list_check"),
    path(f"{MANAGE}list/check/<int:number>/", programme_list_row, name="programme_list_row"),
    path(f"{MANAGE}list/invited/<int:number>/", programme_list_invited, name="programme_list_invited"),
    path("looks/<slug:colour>-<slug:key>.css", look_style, name="look_style"),
    path("looks/<slug:key>.webp", look_logo, name="look_logo"),
]
