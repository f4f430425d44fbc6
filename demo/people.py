"""Invented people: a name that goes with a city, its zone and its languages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils.text import slugify

from accounts.rules.roles import StaffRoleName

from .data import weighted_cities

DOMAIN = "demo.example"
INITIALS = "ABDEFGHJKLMNPRSTVW"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    slug: str
    zone: str
    languages: tuple[str, ...]
    joined: datetime
    local_part: str = ""
    hour_cycle: str = "24"
    roles: tuple[StaffRoleName, ...] = ()
    culture: str = "british"
    is_woman: bool = False

    @property
    def email(self) -> str:
        return f"{self.local_part or self.slug}@{DOMAIN}"


class People:
    """Makes people one after another; no two have the same slug, however many share a name."""

    def __init__(self, rng: Random, today: datetime, known: set[str]) -> None:
        self.rng = rng
        self.today = today
        self.namesakes: dict[str, int] = {}
        self.slugs = known
        self.cities, self.weights = weighted_cities()

    def invent_person(self, *, days_ago: tuple[int, int]) -> Person:
        rng = self.rng
        city = rng.choices(self.cities, self.weights)[0]
        middle = f" {rng.choice(INITIALS)}." if rng.random() < 0.15 else ""
        given = rng.choice(city.given)
        name = f"{given}{middle} {rng.choice(city.family)}"
        joined = self.today - timedelta(days=rng.randint(*days_ago), minutes=rng.randint(0, 1439))
        languages = city.languages if rng.random() < 0.9 else (*city.languages, rng.choice(("fr", "es", "de", "ar")))
        hours = "12" if city.zone.startswith(("America/New", "America/Chi", "America/Los", "Australia")) else "24"
        return Person(
            name,
            self._find_slug(name),
            city.zone,
            tuple(dict.fromkeys(languages)),
            joined,
            hour_cycle=hours,
            culture=city.culture,
            is_woman=given in city.women,
        )

    def invent_named(
        self,
        name: str,
        zone: str,
        languages: tuple[str, ...],
        *,
        days_ago: int,
        roles: tuple[StaffRoleName, ...] = (),
        culture: str = "british",
        is_woman: bool = False,
    ) -> Person:
        """One of the demo's fixed people; their email address is made of their first name."""
        slug = self._find_slug(name)
        joined = self.today - timedelta(days=days_ago)
        return Person(
            name,
            slug,
            zone,
            languages,
            joined,
            slug.partition("-")[0],
            roles=roles,
            culture=culture,
            is_woman=is_woman,
        )

    def _find_slug(self, name: str) -> str:
        base = slugify(name)
        number = self.namesakes.get(base, 0)
        while True:
            number += 1
            slug = base if number == 1 else f"{base}-{number}"
            if slug not in self.slugs:
                self.namesakes[base] = number
                self.slugs.add(slug)
                return slug
