from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from mentors.hooks import after_change
        from sessions_app.openings import on_time_opened
        from sessions_app.suggestions import helpers, suggesters

        from .finding import suggest_mentors
        from .helping import find_helpers
        from .indexing import loosen, write_profiles

        on_time_opened.append(loosen)
        after_change.append(write_profiles)
        suggesters.append(suggest_mentors)
        helpers.append(find_helpers)
