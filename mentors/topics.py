"""Saving topics, which have two levels and never a third."""

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from common.pages.seen import mark_of

from .errors import ProfileError, check_seen
from .models import Topic

SLUG_LENGTH = 55
# The last part of the address of the page that adds a topic, so no topic may have it
ADD_PAGE = "add"


@transaction.atomic
def save_topic(*, topic: Topic, seen: str | None = None) -> Topic:
    """Create or change a topic. Its slug never changes. `seen` is the mark of the topic as it was shown.

    Raises ProfileError("third_level", "has_children", "own_parent", "moved_on").
    """
    # Two people who move topics at once could build a third level together: all of the few rows are locked.
    list(Topic.objects.select_for_update().values_list("pk", flat=True))
    if topic.pk:
        check_seen(seen, topic_mark(Topic.objects.get(pk=topic.pk)), topic_mark(topic))
    if topic.parent_id is not None:
        refuse_third_level(topic)
    if not topic.slug:
        topic.slug = _free_slug(topic.name)
    topic.save()
    return topic


def topic_mark(topic: Topic) -> str:
    return mark_of(topic.name, topic.parent_id, list(topic.synonyms), topic.position, topic.is_active)


def refuse_third_level(topic: Topic) -> None:
    if topic.parent_id == topic.pk:
        raise ProfileError("own_parent", _("A topic can’t belong to itself. Choose another one, or none."))
    if Topic.objects.leaves().filter(pk=topic.parent_id or 0).exists():
        raise ProfileError(
            "third_level",
            _("That topic belongs to another one, and there are only two levels. Choose one from the first level."),
        )
    if topic.pk and topic.children.exists():
        raise ProfileError(
            "has_children",
            _("Other topics belong to this one, so it has to stay at the first level. Move those first."),
        )


def _free_slug(name: str) -> str:
    base = slugify(name)[:SLUG_LENGTH].strip("-") or "topic"
    taken = {ADD_PAGE, *Topic.objects.filter(slug__startswith=base).values_list("slug", flat=True)}
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
