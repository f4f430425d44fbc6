from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
    verbose_name = "Mentors"

    def ready(self) -> None:
        from mentors.moderation.kinds import KINDS
        from notifications.registry import register_kinds

        register_kinds(KINDS)
