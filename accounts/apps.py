from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from django.core.checks import Tags, register

        from accounts.privacy.own import TABLES
        from accounts.privacy.registry import register_tables
        from accounts.providers.checks import check_providers, check_saml
        from accounts.second_factor.checks import check_deployment, check_setting
        from common.checks.configuration import CONFIGURATION

        register_tables(*TABLES)
        register(check_setting, CONFIGURATION)
        register(check_providers, CONFIGURATION)
        register(check_saml, CONFIGURATION)
        register(check_deployment, Tags.security, deploy=True)
