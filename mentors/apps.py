from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
    verbose_name = "Mentors"

    def ready(self) -> None:
        from accounts.hooks import after_sign_in
        from accounts.privacy.registry import register_tables
        from mentors.moderation.kinds import KINDS
        from mentors.privacy import TABLES
        from mentors.subjects import PROFILE, reinstate_after, suspend_for
        from mentors.views.saved import save_after_sign_in
        from notifications.registry import register_kinds
        from trust.sanctions import when_ended, when_sanctioned
        from trust.subjects import register_subjects

        register_kinds(KINDS)
        register_tables(*TABLES)
        register_subjects(PROFILE)
        when_sanctioned.append(suspend_for)
        when_ended.append(reinstate_after)
        after_sign_in.append(save_after_sign_in)
