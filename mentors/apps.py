from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
    verbose_name = "Mentors"

    def ready(self) -> None:
        from accounts.hooks import after_sign_in
        from mentors.moderation.kinds import KINDS
        from mentors.views.saved import save_after_sign_in
        from notifications.registry import register_kinds

        register_kinds(KINDS)
        after_sign_in.append(save_after_sign_in)
