from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from .checks import CONFIGURATION, check_site
        from .database_checks import check_role

        register(check_site, CONFIGURATION)
        register(check_role, Tags.database)
