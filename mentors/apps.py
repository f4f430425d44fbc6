from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
    verbose_name = "Mentors"

    def ready(self) -> None:
        from accounts.hooks import after_sign_in
        from accounts.privacy.registry import register_tables
        from mentors.moderation.kinds import KINDS
        from mentors.privacy import TABLES
        from mentors.views.saved import save_after_sign_in
        from notifications.registry import register_kinds

        register_kinds(KINDS)
        register_tables(*TABLES)
        after_sign_in.append(save_after_sign_in)
