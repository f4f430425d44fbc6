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

        from .case_digests import register_case_digest
        from .checks import CONFIGURATION, check_jitsi
        from .feeds import describe_feed, end_feed
        from .followup_letters import register_kinds as register_followups
        from .followup_lines import register_lines as register_followup_lines
        from .inbox_lines import register_lines
        from .letters import register_kinds
        from .missed_letters import register_kinds as register_missed
        from .models import Booking
        from .openings import on_time_opened
        from .reminders import SUBJECT, follow_preference
        from .series_letters import register_kinds as register_series
        from .series_lines import register_lines as register_series_lines
        from .set_aside import setting_aside_what_opens
        from .thread_letters import register_kinds as register_threads
        from .thread_lines import register_lines as register_thread_lines
        from .views.booking import claim_after_sign_in
        from .views.waiting import join_after_sign_in
        from .views.written import ask_after_sign_in
        from .waiting_hints import wake_when_committed
        from .waiting_letters import register_kinds as register_waiting
        from .wall_change_letters import register_kinds as register_wall_changes
        from .webhooks import EVENTS
        from .weekly_words import describe_times as weekly_times
        from .written_letters import register_kinds as register_written
        from .written_lines import register_lines as register_written_lines

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
        register_subject(SUBJECT, Booking)
        register_events(EVENTS)
        register_lines()
        register_followup_lines()
        register_series_lines()
        after_change.append(follow_preference)
        ways_in.append(WayIn(describe_feed, end_feed))
        # Asking first, since it gives way to a time that was held after it.
        after_sign_in.extend([ask_after_sign_in, claim_after_sign_in, join_after_sign_in])
        on_time_opened.append(wake_when_committed)
        around_decision.append(setting_aside_what_opens)
        describe_times.append(weekly_times)
