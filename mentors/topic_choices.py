"""Topics as people choose them: grouped under the first level."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ChipCheckboxes
from common.statements import Prepared, reading_connection

from .models import MAX_TOPICS, Topic

Group = tuple[str, list[tuple[str, str]]]


class GroupedChips(ChipCheckboxes):
    template_name = "mentors/widgets/grouped_chips.html"


def grouped_topics() -> list[Group]:
    """Active topics, grouped under their first level, in one query.

    First-level topics without any below them come last.
    """
    topics = list(Topic.objects.filter(is_active=True))
    below: dict[int, list[tuple[str, str]]] = {}
    for topic in topics:
        if topic.parent_id is not None:
            below.setdefault(topic.parent_id, []).append((str(topic.pk), topic.name))
    roots = [topic for topic in topics if topic.parent_id is None]
    groups = [(root.name, below[root.pk]) for root in roots if root.pk in below]
    alone = [(str(root.pk), root.name) for root in roots if root.pk not in below]
    return [*groups, (str(_("More")), alone)] if alone else groups


# As `Topic.objects.active().leaves()`
LEAVES = Prepared(
    """
SELECT root.name, leaf.slug, leaf.name
FROM mentors_topic AS leaf JOIN mentors_topic AS root ON root.id = leaf.parent_id
WHERE leaf.is_active AND root.is_active
ORDER BY root.position, root.name, leaf.position, leaf.name
"""
)


def topics_to_search() -> list[Group]:
    """Active topics of the second level as (slug, name), grouped by the name of the first. Each search shows them."""
    with reading_connection().cursor() as cursor:
        LEAVES.execute(cursor, {})
        return [(root, [row[1:] for row in rows]) for root, rows in groupby(cursor.fetchall(), key=itemgetter(0))]


class TopicsField(forms.MultipleChoiceField):
    """Cleans to a list of topics, in the order they are shown."""

    widget = GroupedChips

    def __init__(self, *, most: int = MAX_TOPICS, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def validate(self, value: Any) -> None:
        # Nobody is asked for one where there are none: what else they wrote is kept, and can't be sent before.
        if value or self.choices:
            super().validate(value)

    def clean(self, value: Any) -> list[Topic]:
        chosen = super().clean(value)
        if len(chosen) > self.most:
            message = _("Choose up to %(most)s topics. You’ve chosen %(count)s.")
            raise forms.ValidationError(message, code="max", params={"most": self.most, "count": len(chosen)})
        return list(Topic.objects.filter(pk__in=chosen))
