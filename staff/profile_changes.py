"""The changes that a live mentor proposes, beside what the public sees."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mentors.models import MentorProfile, ProfileDraft
from mentors.moderation.differences import Piece, compare_words

NAMES = {
    "headline": _("Role"),
    "asks": _("Questions"),
    "how_i_work": _("How you work"),
    "languages": _("Languages"),
    "topics": _("Topics"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field in both versions, in pieces; `changed` marks what the other side lacks."""

    name: str | Promise
    public: list[Piece]
    proposed: list[Piece]
    changed: bool


@dataclass(frozen=True, slots=True)
class Changes:
    fields: list[Change]
    photo_changed: bool


def changes_of(profile: MentorProfile, draft: ProfileDraft) -> Changes:
    """Field by field, in two queries (for the topics)."""
    public, proposed = _field_texts(profile), _field_texts(draft)
    fields = [
        Change(name, *compare_words(public[field], proposed[field]), changed=public[field] != proposed[field])
        for field, name in NAMES.items()
    ]
    return Changes(fields, photo_changed=(profile.photo.name or "") != (draft.photo.name or ""))


def _field_texts(words: MentorProfile | ProfileDraft) -> dict[str, str]:
    topics = words.topics.order_by("name").values_list("name", flat=True)
    return {
        "headline": words.headline,
        "asks": "\n".join(words.asks),
        "how_i_work": words.how_i_work,
        "languages": ", ".join(map(str, words.spoken_languages)),
        "topics": ", ".join(topics),
    }
