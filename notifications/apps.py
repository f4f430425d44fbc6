from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        if not __debug__:
            raise ImproperlyConfigured("Run Python without -O: the calendar library guards what it writes by assert.")
        from accounts.hooks import after_person_change, after_role_end, after_sign_in, after_zone_change
        from accounts.privacy.hooks import on_news
        from accounts.privacy.registry import register_tables
        from accounts.privacy.retention import rules

        from . import idle
        from .bounces import trust_after_a_code
        from .my_data import KINDS, tell_news
        from .preferences import follow_zone
        from .privacy import TABLES
        from .registry import register_kinds
        from .sending import breaker
        from .webhooks import news
        from .webhooks.services import ask_after_closing, ask_after_role_end

        after_role_end.append(ask_after_role_end)
        after_person_change.append(ask_after_closing)
        after_sign_in.append(trust_after_a_code)
        after_zone_change.append(follow_zone)
        register_kinds(breaker.KINDS)
        register_kinds([*KINDS, *idle.KINDS, *news.KINDS])
        rules.extend(idle.RULES)
        register_tables(*TABLES)
        on_news.append(tell_news)
