"""Finding, booking and holding sessions. Mentors' own pages and staff's are included here."""

from django.urls import include, path

from .views import (
    attendance,
    booking,
    calendars,
    changes,
    endings,
    feedback,
    followups,
    mentor_feedback,
    mentor_page,
    sessions,
    waiting,
)

urlpatterns = [
    path("mentors/<slug:slug>/", mentor_page.mentor_detail, name="mentor_detail"),
    path("mentors/<slug:slug>/book/", booking.book, name="book"),
    path("mentors/<slug:slug>/book/email/", booking.book_email, name="book_email"),
    path("sessions/", sessions.session_list, name="session_list"),
    path("sessions/<uuid:uuid>/", sessions.session, name="session"),
    path("sessions/<uuid:uuid>/join/", attendance.session_join, name="session_join"),
    path("sessions/<uuid:uuid>/attendance/", attendance.session_attendance, name="session_attendance"),
    path("sessions/<uuid:uuid>/calendar.ics", calendars.session_calendar, name="session_calendar"),
    path("sessions/<uuid:uuid>/question/", sessions.session_question, name="session_question"),
    path("sessions/<uuid:uuid>/move/", changes.session_move, name="session_move"),
    path("sessions/<uuid:uuid>/cancel/", changes.session_cancel, name="session_cancel"),
    path("sessions/<uuid:uuid>/feedback/", feedback.session_feedback, name="session_feedback"),
    path("sessions/<uuid:uuid>/words/", feedback.session_words, name="session_words"),
    path("sessions/<uuid:uuid>/next-step/", followups.session_step, name="session_step"),
    path("sessions/<uuid:uuid>/more-time/", endings.session_more_time, name="session_more_time"),
    path("sessions/<uuid:uuid>/takeaway/", endings.session_takeaway, name="session_takeaway"),
    path("sessions/<uuid:uuid>/card/", endings.session_card, name="session_card"),
    path("sessions/<uuid:uuid>/card.txt", endings.session_card, {"plain": True}, name="session_card_text"),
    path("sessions/<uuid:uuid>/follow-up/<slug:step>/", followups.session_follow_up, name="session_follow_up"),
    path("waiting/", waiting.waiting_list, name="waiting_list"),
    path("waiting/join/", waiting.wait, name="wait"),
    path("waiting/join/email/", waiting.wait_email, name="wait_email"),
    path("waiting/<uuid:uuid>/leave/", waiting.waiting_leave, name="waiting_leave"),
    path("waiting/held/<uuid:uuid>/", waiting.held_time, name="held_time"),
    path("mentor/feedback/", mentor_feedback.mentor_feedback, name="mentor_feedback"),
    path("calendar/<str:token>.ics", calendars.calendar_feed, name="calendar_feed"),
    path("settings/calendar/", calendars.calendar_settings, name="calendar_settings"),
    path("", include("sessions_app.mentor_urls")),
    path("staff/", include("sessions_app.staff_urls")),
]
