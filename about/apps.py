from django.apps import AppConfig


class AboutConfig(AppConfig):
    name = "about"
    verbose_name = "About the organisation"

    def ready(self) -> None:
        from about.kinds import KINDS
        from notifications.registry import register_kinds

        register_kinds(KINDS)
