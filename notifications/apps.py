from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        if not __debug__:
            raise ImproperlyConfigured("Run Python without -O: the calendar library guards what it writes by assert.")
        from accounts.hooks import after_sign_in

        from .bounces import trust_after_a_code
        from .registry import register_kinds
        from .sending import breaker, loop

        after_sign_in.append(trust_after_a_code)
        register_kinds(breaker.KINDS)
        loop.run_in_worker_processes()
