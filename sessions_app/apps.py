from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from django.core.checks import register

        from accounts.hooks import after_sign_in
        from accounts.ways_in import WayIn, ways_in
        from mentors.hooks import around_decision, describe_times
        from notifications.preferences import after_change
        from notifications.registry import register_subject
        from notifications.webhooks.events import register_events
        from sessions_app.afterwards.emails import register_kinds as register_followups
        from sessions_app.afterwards.inbox import register_lines as register_followup_lines
        from sessions_app.attendance.digests import register_case_digest
        from sessions_app.attendance.emails import register_kinds as register_missed
        from sessions_app.availability.openings import on_time_opened
        from sessions_app.availability.reserved_time import reserving_what_opens
        from sessions_app.availability.wording import describe_times as weekly_times
        from sessions_app.availability.worker_hints import wake_when_committed
        from sessions_app.booking.checks import CONFIGURATION, check_jitsi
        from sessions_app.booking.notices.emails import register_kinds
        from sessions_app.booking.notices.inbox import register_lines
        from sessions_app.booking.notices.reminders import follow_preference
        from sessions_app.booking.notices.series_emails import register_kinds as register_series
        from sessions_app.booking.notices.series_inbox import register_lines as register_series_lines
        from sessions_app.booking.notices.wall_change import register_kinds as register_wall_changes
        from sessions_app.booking.notices.webhooks import EVENTS
        from sessions_app.conversation.emails import register_kinds as register_threads
        from sessions_app.conversation.inbox import register_lines as register_thread_lines
        from sessions_app.invites.feeds import describe_feed, end_feed
        from sessions_app.models.bookings import BOOKING_SUBJECT
        from sessions_app.views.booking import claim_after_sign_in
        from sessions_app.views.waiting import join_after_sign_in
        from sessions_app.views.written import ask_after_sign_in
        from sessions_app.waiting.emails import register_kinds as register_waiting
        from sessions_app.written.emails import register_kinds as register_written
        from sessions_app.written.inbox import register_lines as register_written_lines

        from .models import Booking

        register(check_jitsi, CONFIGURATION)
        register_kinds()
        register_written()
        register_written_lines()
        register_followups()
        register_missed()
        register_series()
        register_case_digest()
        register_threads()
        register_thread_lines()
        register_waiting()
        register_wall_changes()
        register_subject(BOOKING_SUBJECT, Booking)
        register_events(EVENTS)
        register_lines()
        register_followup_lines()
        register_series_lines()
        after_change.append(follow_preference)
        ways_in.append(WayIn(describe_feed, end_feed))
        # Asking first, since it gives way to a time that was held after it.
        after_sign_in.extend([ask_after_sign_in, claim_after_sign_in, join_after_sign_in])
        on_time_opened.append(wake_when_committed)
        around_decision.append(reserving_what_opens)
        describe_times.append(weekly_times)
