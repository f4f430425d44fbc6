"""Version 1 of the API: every call, its description, and an answer for all unknown addresses."""

from django.urls import path, re_path

from calendars.api import CalendarsView, LookView, OneCalendarView
from events.api.calls import (
    CancelRegistrationView,
    EventsView,
    EventView,
    OwnEventView,
    RegisterView,
    TakePlaceView,
    WishesView,
)
from events.api.plans import PlansView, PlanView, PublishPlanView
from mentors.api import MentorView, SavedMentorView, TopicsView
from notifications.api import CopyView, MeView, NewsView
from programmes.api import ProgrammeMembersView, ProgrammesView, RosterView
from search.api import MentorsView, SavedMentorsView
from search.figures.api import FiguresView
from sessions_app.api.asks import AsksView, AskView
from sessions_app.api.attendance import AttendanceView
from sessions_app.api.bookings import (
    AcceptView,
    BookingsView,
    CancelView,
    ChooseView,
    CounterView,
    DeclineView,
    FurtherView,
    MoveView,
    OneBookingView,
)
from sessions_app.api.conversations import (
    DeclineQuestionView,
    EngagementsView,
    MessagesView,
    OneEngagementView,
    ReadView,
    WithdrawView,
)
from sessions_app.api.feedback import SessionFeedbackView, WrittenFeedbackView
from sessions_app.api.files import FilesView, FileView
from sessions_app.api.room import RoomView, SignalsView
from sessions_app.api.schedule import ScheduleView
from sessions_app.api.slots import SlotsView
from trust.api import ReportsView, SeparationsView, SeparationView

from .api_docs import DocsView, SchemaView, not_there

urlpatterns = [
    path("topics/", TopicsView.as_view(), name="api_topics"),
    path("mentors/", MentorsView.as_view(), name="api_mentors"),
    path("mentors/<slug:slug>/", MentorView.as_view(), name="api_mentor"),
    path("mentors/<slug:slug>/slots/", SlotsView.as_view(), name="api_slots"),
    path("bookings/", BookingsView.as_view(), name="api_bookings"),
    path("bookings/<uuid:uuid>/", OneBookingView.as_view(), name="api_booking"),
    path("bookings/<uuid:uuid>/cancel/", CancelView.as_view(), name="api_booking_cancel"),
    path("bookings/<uuid:uuid>/reschedule/", MoveView.as_view(), name="api_booking_reschedule"),
    path("bookings/<uuid:uuid>/accept/", AcceptView.as_view(), name="api_booking_accept"),
    path("bookings/<uuid:uuid>/counter/", CounterView.as_view(), name="api_booking_counter"),
    path("bookings/<uuid:uuid>/choose/", ChooseView.as_view(), name="api_booking_choose"),
    path("bookings/<uuid:uuid>/decline/", DeclineView.as_view(), name="api_booking_decline"),
    path("bookings/<uuid:uuid>/attendance/", AttendanceView.as_view(), name="api_booking_attendance"),
    path("bookings/<uuid:uuid>/further/", FurtherView.as_view(), name="api_booking_further"),
    path("bookings/<uuid:uuid>/feedback/", SessionFeedbackView.as_view(), name="api_booking_feedback"),
    path("bookings/<uuid:uuid>/room/", RoomView.as_view(), name="api_booking_room"),
    path("bookings/<uuid:uuid>/room/signals/", SignalsView.as_view(), name="api_booking_signals"),
    path("engagements/", EngagementsView.as_view(), name="api_engagements"),
    path("engagements/<uuid:uuid>/", OneEngagementView.as_view(), name="api_engagement"),
    path("engagements/<uuid:uuid>/messages/", MessagesView.as_view(), name="api_engagement_messages"),
    path("engagements/<uuid:uuid>/files/", FilesView.as_view(), name="api_engagement_files"),
    path("engagements/<uuid:uuid>/read/", ReadView.as_view(), name="api_engagement_read"),
    path("engagements/<uuid:uuid>/decline/", DeclineQuestionView.as_view(), name="api_engagement_decline"),
    path("engagements/<uuid:uuid>/withdraw/", WithdrawView.as_view(), name="api_engagement_withdraw"),
    path("engagements/<uuid:uuid>/feedback/", WrittenFeedbackView.as_view(), name="api_engagement_feedback"),
    path("files/<uuid:uuid>/", FileView.as_view(), name="api_file"),
    path("asks/", AsksView.as_view(), name="api_asks"),
    path("asks/<uuid:uuid>/", AskView.as_view(), name="api_ask"),
    path("events/", EventsView.as_view(), name="api_events"),
    path("events/<slug:slug>/", EventView.as_view(), name="api_event"),
    path("events/<slug:slug>/me/", OwnEventView.as_view(), name="api_event_me"),
    path("events/<slug:slug>/register/", RegisterView.as_view(), name="api_event_register"),
    path("events/<slug:slug>/cancel/", CancelRegistrationView.as_view(), name="api_event_cancel"),
    path("events/<slug:slug>/take-place/", TakePlaceView.as_view(), name="api_event_take_place"),
    path("events/<slug:slug>/wishes/", WishesView.as_view(), name="api_event_wishes"),
    path("events/<slug:slug>/plans/", PlansView.as_view(), name="api_event_plans"),
    path("events/<slug:slug>/plans/<int:number>/", PlanView.as_view(), name="api_event_plan"),
    path("events/<slug:slug>/plans/<int:number>/publish/", PublishPlanView.as_view(), name="api_event_publish"),
    path("programmes/", ProgrammesView.as_view(), name="api_programmes"),
    path("programmes/<slug:slug>/figures/", FiguresView.as_view(), name="api_programme_figures"),
    path("programmes/<slug:slug>/members/", ProgrammeMembersView.as_view(), name="api_programme_members"),
    path("programmes/<slug:slug>/roster/", RosterView.as_view(), name="api_programme_roster"),
    path("reports/", ReportsView.as_view(), name="api_reports"),
    path("me/", MeView.as_view(), name="api_me"),
    path("me/export/", CopyView.as_view(), name="api_export"),
    path("me/separations/", SeparationsView.as_view(), name="api_separations"),
    path("me/separations/<uuid:uuid>/", SeparationView.as_view(), name="api_separation"),
    path("me/calendars/", CalendarsView.as_view(), name="api_calendars"),
    path("me/calendars/<uuid:uuid>/", OneCalendarView.as_view(), name="api_calendar"),
    path("me/calendars/<uuid:uuid>/look/", LookView.as_view(), name="api_calendar_look"),
    path("me/saved/", SavedMentorsView.as_view(), name="api_saved"),
    path("me/saved/<slug:slug>/", SavedMentorView.as_view(), name="api_save"),
    path("me/schedule/", ScheduleView.as_view(), name="api_schedule"),
    path("me/notifications/", NewsView.as_view(), name="api_notifications"),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    re_path("^", not_there, name="api_not_there"),
]
