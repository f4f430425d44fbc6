from django.apps import AppConfig


class SessionsAppConfig(AppConfig):
    name = "sessions_app"
    verbose_name = "Sessions"

    def ready(self) -> None:
        from accounts.hooks import after_sign_in
        from mentors.hooks import describe_times
        from notifications.preferences import after_change
        from notifications.registry import register_subject

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
        from .views.written import ask_after_sign_in
        from .weekly_words import describe_times as weekly_times
        from .written_letters import register_kinds as register_written
        from .written_lines import register_lines as register_written_lines

        register_kinds()
        register_written()
        register_written_lines()
        register_followups()
        register_missed()
        register_case_digest()
        register_threads()
        register_thread_lines()
        register_subject(SUBJECT, Booking)
        register_lines()
        register_followup_lines()
        after_change.append(follow_preference)
        # First, since it gives way to a time that was held after it.
        after_sign_in.append(ask_after_sign_in)
        after_sign_in.append(claim_after_sign_in)
        describe_times.append(weekly_times)
