"""What a profile still lacks before it can be sent for review."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mentors.models import ASKS_NEEDED, ProfileDraft, Topic

# The page of the application that asks for each field
STEP_OF = {"name": 1, "headline": 1, "asks": 2, "topics": 2, "languages": 2, "how_i_work": 3, "offers": 4}

NO_TOPICS = _("There are no topics to choose from yet. You can send your profile once our team has added some.")


def what_is_missing(draft: ProfileDraft) -> dict[str, str | Promise]:
    """One sentence for each missing field, in the order of the application's pages; empty if nothing is missing."""
    has_topics = draft.topics.exists()
    may_choose = has_topics or Topic.objects.there_are_some()
    wanted: list[tuple[str, bool, str | Promise]] = [
        ("name", bool(draft.profile.person.name.strip()), _("Enter your name")),
        ("headline", bool(draft.headline.strip()), _("Enter what you do, in one line")),
        ("asks", len(draft.asks) >= ASKS_NEEDED, _("Write three questions you’re good at")),
        ("topics", has_topics, _("Choose at least one topic") if may_choose else NO_TOPICS),
        ("languages", bool(draft.languages), _("Choose at least one language")),
        ("how_i_work", bool(draft.how_i_work.strip()), _("Tell people how you work")),
        ("offers", draft.profile.offers.active().exists(), _("Choose at least one length")),
    ]
    return {field: message for field, is_there, message in wanted if not is_there}


def missing_steps(draft: ProfileDraft) -> list[tuple[int, str | Promise]]:
    """What is missing, each with the page of the application that asks for it."""
    return [(STEP_OF[field], message) for field, message in what_is_missing(draft).items()]
