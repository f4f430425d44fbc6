from django.apps import AppConfig


class AboutConfig(AppConfig):
    name = "about"
    verbose_name = "About the organisation"

    def ready(self) -> None:
        from about.kinds import KINDS
        from about.policy_reports import forget_reports
        from about.privacy import TABLES
        from accounts.privacy.registry import register_tables
        from accounts.privacy.retention import Rule, rules
        from notifications.registry import register_kinds

        register_kinds(KINDS)
        register_tables(*TABLES)
        rules.append(Rule("policy reports", forget_reports))
