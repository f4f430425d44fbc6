"""Acts on profiles, offers and topics. Each is atomic; ProfileError tells why one is refused."""

from mentors.moderation.acts import (
    approve_profile,
    ask_for_changes,
    decline_profile,
    pause_profile,
    reinstate_profile,
    resume_profile,
    submit_profile,
    suspend_profile,
)
from mentors.moderation.drafts import (
    ProfileTexts,
    discard_changes,
    draft_of,
    has_unpublished_changes,
    save_words,
    start_application,
)

from .offers import bring_back_offer, put_away_offer, save_offer, set_lengths
from .topics import refuse_third_level, save_topic

__all__ = [
    "ProfileTexts",
    "approve_profile",
    "ask_for_changes",
    "bring_back_offer",
    "decline_profile",
    "discard_changes",
    "draft_of",
    "has_unpublished_changes",
    "pause_profile",
    "put_away_offer",
    "refuse_third_level",
    "reinstate_profile",
    "resume_profile",
    "save_offer",
    "save_topic",
    "save_words",
    "set_lengths",
    "start_application",
    "submit_profile",
    "suspend_profile",
]
