from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from common.checks.configuration import CONFIGURATION, check_site
        from common.checks.database import check_role

        register(check_site, CONFIGURATION)
        register(check_role, Tags.database)
