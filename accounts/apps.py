from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts.privacy.own import TABLES
        from accounts.privacy.registry import register_tables

        register_tables(*TABLES)
