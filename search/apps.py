from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        # Models are loaded only now.
        from .registration import register_all

        register_all()
