from django.urls import path

from .views import afterwards, desk, doors, evening, listing, managing, planning, registering, rooms

urlpatterns = [
    path("", listing.events_page, name="events"),
    path("new/", managing.event_new, name="event_new"),
    path("board/<str:key>/", doors.event_board, name="event_board"),
    path("<slug:slug>/", listing.event_page, name="event"),
    path("<slug:slug>/calendar.ics", listing.event_calendar, name="event_calendar"),
    path("<slug:slug>/register/", registering.event_register, name="event_register"),
    path("<slug:slug>/answer/", registering.event_answer, name="event_answer"),
    path("<slug:slug>/edit/", managing.event_edit, name="event_edit"),
    path("<slug:slug>/open/", managing.event_open, name="event_open"),
    path("<slug:slug>/cancel/", managing.event_cancel, name="event_cancel"),
    path("<slug:slug>/people/", managing.event_people, name="event_people"),
    path("<slug:slug>/people/invite/", managing.event_invite, name="event_invite"),
    path("<slug:slug>/people/<uuid:uuid>/remove/", managing.event_remove, name="event_remove"),
    path("<slug:slug>/wishes/", planning.event_wishes, name="event_wishes"),
    path("<slug:slug>/plan/", planning.event_plan, name="event_plan"),
    path("<slug:slug>/plan/tables/", planning.event_tables, name="event_tables"),
    path("<slug:slug>/plan/<int:number>/<int:mentee>-<int:mentor>/", planning.event_meeting, name="event_meeting"),
    path("<slug:slug>/pair/<uuid:uuid>/join/", rooms.event_join, name="event_join"),
    path("<slug:slug>/timetable/", planning.event_timetable, name="event_timetable"),
    path("<slug:slug>/after/", afterwards.event_after, name="event_after"),
    path("<slug:slug>/after/<uuid:uuid>/", afterwards.event_witness, name="event_witness"),
    path("<slug:slug>/goal/", afterwards.event_goal, name="event_goal"),
    path("<slug:slug>/report/", afterwards.event_report, name="event_report"),
    path("<slug:slug>/print/", planning.event_print, name="event_print"),
    path("<slug:slug>/now/", evening.event_now, name="event_now"),
    path("<slug:slug>/desk/", desk.event_desk, name="event_desk"),
    path("<slug:slug>/desk/<uuid:uuid>/", desk.event_attendance, name="event_attendance"),
]
