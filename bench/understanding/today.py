"""The reading of the site as it is: topics that the words name, by Postgres."""

from collections.abc import Iterable, Mapping, Sequence

from bench.stand import bench_database


def topics_named_today(names: Mapping[str, Sequence[str]], texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each of these texts the topics found, in a database that has the demo's topics and nothing else."""
    found: dict[str, tuple[str, ...]] = {}
    with bench_database("understanding"):
        from django.utils.text import slugify

        from mentors.models import Topic
        from search.words import read_question

        root, _ = Topic.objects.get_or_create(slug="measured", defaults={"name": "Measured"})
        for name, synonyms in names.items():
            defaults = {"name": name, "synonyms": list(synonyms), "parent": root}
            Topic.objects.update_or_create(slug=slugify(name), defaults=defaults)
        name_of = dict(Topic.objects.values_list("id", "name"))
        for text in texts:
            found[text] = tuple(name_of[number] for number in read_question(text).topics if name_of[number] in names)
    return found
