"""The card that other sites show beside a link to a mentor's page: name, role and topics, as approved.

It is drawn when it is first asked for, kept in the storage, and drawn again only after its words have changed.
"""

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from common.branding.drawing import TEXT_FONT, TITLE_FONT, can_draw, draw_card
from common.pages.seen import mark_of

from .models import MentorProfile, ShareCard

FOLDER = "cards"
# Grows with every change of how cards are drawn
DESIGN = 1
MOST_TOPICS = 4


def card_file(profile: MentorProfile) -> str:
    """The name of the stored card of this public profile, drawn now if there is none with its present words."""
    topics = list(profile.topics.active().values_list("name", flat=True)[:MOST_TOPICS])
    mark = mark_of(DESIGN, settings.SITE_NAME, profile.name, profile.headline, topics)
    kept = ShareCard.objects.filter(profile=profile).first()
    if kept and kept.mark == mark:
        return kept.file
    return _draw_and_keep(profile, topics, mark)


@transaction.atomic
def _draw_and_keep(profile: MentorProfile, topics: list[str], mark: str) -> str:
    """One request draws, however many ask at once: the others wait for its row."""
    card, _is_new = ShareCard.objects.select_for_update().get_or_create(profile=profile)
    if card.mark == mark:
        return card.file
    old = card.file
    content = ContentFile(draw_mentor_card(profile.name, profile.headline, topics))
    card.mark, card.file = mark, default_storage.save(f"{FOLDER}/{profile.pk}-{mark}.png", content)
    card.save()
    if old:
        transaction.on_commit(lambda: default_storage.delete(old), robust=True)
    return card.file


def draw_mentor_card(name: str, headline: str, topics: list[str]) -> bytes:
    """Words in letters that our fonts lack are left out; the page itself has them."""
    return draw_card(
        site=settings.SITE_NAME,
        title=name if can_draw(name, TITLE_FONT) else settings.SITE_NAME,
        text=headline if can_draw(headline, TEXT_FONT) else "",
        tags=[topic for topic in topics if can_draw(topic, TEXT_FONT)],
    )
