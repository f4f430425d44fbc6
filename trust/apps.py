from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "trust"
    verbose_name = "Trust"

    def ready(self) -> None:
        from accounts.privacy.registry import register_tables
        from notifications.registry import register_kinds

        from .kinds import KINDS
        from .privacy import TABLES

        register_kinds(KINDS)
        register_tables(*TABLES)
