from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
    verbose_name = "Mentors"

    def ready(self) -> None:
        from .digests import register_review_digest
        from .inbox_lines import register_lines
        from .notices import register_kinds

        register_review_digest()
        register_kinds()
        register_lines()
