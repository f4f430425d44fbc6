from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        from django.core.checks import register

        from .checks import CONFIGURATION, check_site

        register(check_site, CONFIGURATION)
