from django.apps import AppConfig


class TrustConfig(AppConfig):
    name = "trust"
    verbose_name = "Trust"

    def ready(self) -> None:
        from accounts.privacy.registry import register_tables

        from .privacy import TABLES

        register_tables(*TABLES)
