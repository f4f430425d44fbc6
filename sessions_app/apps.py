from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from accounts.hooks import after_sign_in
        from mentors.hooks import describe_times
        from notifications.preferences import after_change
        from notifications.registry import register_subject
        from notifications.webhooks.events import register_events

        from .case_digests import register_case_digest
        from .followup_letters import register_kinds as register_followups
        from .followup_lines import register_lines as register_followup_lines
        from .inbox_lines import register_lines
        from .letters import register_kinds
        from .missed_letters import register_kinds as register_missed
        from .models import Booking
        from .reminders import SUBJECT, follow_preference
        from .thread_letters import register_kinds as register_threads
        from .thread_lines import register_lines as register_thread_lines
        from .views.booking import claim_after_sign_in
        from .webhooks import EVENTS
        from .weekly_words import describe_times as weekly_times

        register_kinds()
        register_followups()
        register_missed()
        register_case_digest()
        register_threads()
        register_thread_lines()
        register_subject(SUBJECT, Booking)
        register_events(EVENTS)
        register_lines()
        register_followup_lines()
        after_change.append(follow_preference)
        after_sign_in.append(claim_after_sign_in)
        describe_times.append(weekly_times)
