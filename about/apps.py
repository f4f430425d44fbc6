from django.apps import AppConfig


class AboutConfig(AppConfig):
    name = "about"
    verbose_name = "About the organisation"

    def ready(self) -> None:
        from about.kinds import KINDS
        from about.privacy import TABLES
        from accounts.privacy.registry import register_tables
        from notifications.registry import register_kinds

        register_kinds(KINDS)
        register_tables(*TABLES)
