"""The topics that a search can be narrowed to are what QuerySets find."""

from itertools import groupby

import pytest

from mentors.models import Topic
from mentors.topic_choices import topics_to_search

pytestmark = pytest.mark.django_db


def test_topics_to_search_are_the_active_ones_of_the_second_level():
    roots = [
        Topic.objects.create(name=f"Root {number}", slug=f"root-{number}", position=5 - number, is_active=number != 2)
        for number in range(5)
    ]
    for root in roots[:4]:
        for number, name in enumerate(("b", "a", "“c”")):
            Topic.objects.create(
                name=f"{name} {root.name}",
                slug=f"{root.slug}-{number}",
                parent=root,
                position=number // 2,
                is_active=(root, number) != (roots[1], 0),
            )

    leaves = Topic.objects.active().leaves().order_by("parent__position", "parent__name", "position", "name")
    rows = leaves.values_list("parent__name", "slug", "name")
    expected = [(parent, [row[1:] for row in group]) for parent, group in groupby(rows, key=lambda row: row[0])]
    assert topics_to_search() == expected
    ours = [(root, leaves) for root, leaves in expected if root.startswith("Root")]
    assert [(root, len(leaves)) for root, leaves in ours] == [("Root 3", 3), ("Root 1", 2), ("Root 0", 3)]
