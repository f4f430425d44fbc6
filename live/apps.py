from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "live"

    def ready(self) -> None:
        from django.core.checks import register

        from common.checks.configuration import CONFIGURATION
        from live.checks import check_live_url

        register(check_live_url, CONFIGURATION)
