from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
    verbose_name = "Mentors"

    def ready(self) -> None:
        from mentors.moderation.digests import register_review_digest
        from mentors.moderation.emails import register_kinds
        from mentors.moderation.inbox import register_lines

        register_review_digest()
        register_kinds()
        register_lines()
