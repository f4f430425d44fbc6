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
        from .openings import on_time_opened
        from .reminders import SUBJECT, follow_preference
        from .views.booking import claim_after_sign_in
        from .views.waiting import join_after_sign_in
        from .waiting_hints import wake_when_committed
        from .waiting_letters import register_kinds as register_waiting
        from .weekly_words import describe_times as weekly_times

        register_kinds()
        register_followups()
        register_missed()
        register_case_digest()
        register_waiting()
        register_subject(SUBJECT, Booking)
        register_lines()
        register_followup_lines()
        after_change.append(follow_preference)
        after_sign_in.extend([claim_after_sign_in, join_after_sign_in])
        on_time_opened.append(wake_when_committed)
        describe_times.append(weekly_times)
