"""Finding, booking and holding sessions. Mentors' own pages and staff's are included here."""

from django.urls import include, path

from .views import (
    attendance,
    booking,
    briefs,
    calendars,
    changes,
    feedback,
    files,
    followups,
    mentor_feedback,
    mentor_page,
    sessions,
    threads,
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
    path("sessions/<uuid:uuid>/question/", briefs.session_question, name="session_question"),
    path("sessions/<uuid:uuid>/files/", files.session_files, name="session_files"),
    path("files/<uuid:uuid>/", files.shared_file, name="shared_file"),
    path("files/<uuid:uuid>/small/", files.shared_file_small, name="shared_file_small"),
    path("files/<uuid:uuid>/remove/", files.shared_file_remove, name="shared_file_remove"),
    path("sessions/<uuid:uuid>/move/", changes.session_move, name="session_move"),
    path("sessions/<uuid:uuid>/cancel/", changes.session_cancel, name="session_cancel"),
    path("sessions/<uuid:uuid>/feedback/", feedback.session_feedback, name="session_feedback"),
    path("sessions/<uuid:uuid>/words/", feedback.session_words, name="session_words"),
    path("sessions/<uuid:uuid>/next-step/", followups.session_step, name="session_step"),
    path("sessions/<uuid:uuid>/follow-up/<slug:step>/", followups.session_follow_up, name="session_follow_up"),
    path("messages/", threads.message_list, name="message_list"),
    path("messages/<uuid:uuid>/", threads.thread, name="thread"),
    path("messages/<uuid:uuid>/read/", threads.thread_read, name="thread_read"),
    path("messages/report/<uuid:uuid>/", threads.message_report, name="message_report"),
    path("mentor/feedback/", mentor_feedback.mentor_feedback, name="mentor_feedback"),
    path("calendar/<str:token>.ics", calendars.calendar_feed, name="calendar_feed"),
    path("settings/calendar/", calendars.calendar_settings, name="calendar_settings"),
    path("", include("sessions_app.mentor_urls")),
    path("staff/", include("sessions_app.staff_urls")),
]
