"""Every zone as people look for it: by continent and city, with the time there now."""

from datetime import datetime
from functools import lru_cache
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.times import clock_text
from common.zones import ALIASES, UTC_NAME, city_of, plain_name, zone_names

CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("Americas"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic islands"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean islands"),
    "Pacific": _("Pacific islands"),
    UTC_NAME: _("Same everywhere"),
}
LONGEST_ABBREVIATION = 4
SHORT_CITIES = {"bern", "doha", "kano", "lyon", "pune"}
# Understood when typed, but nobody is told to call a city so any more.
FORMER_NAMES = {"calcutta", "kiev", "rangoon"}

Group = tuple[str | Promise, list[tuple[str, str]]]


def zone_groups(now: datetime, hour12: bool) -> list[Group]:
    """Choices for a `<select>`: continents with (name, "London — 13:46") pairs."""
    return _group_zones(now.replace(second=0, microsecond=0), hour12)


def city_suggestions(now: datetime, hour12: bool) -> list[tuple[str, str]]:
    """What can be typed, including other names of cities, each with the time there: ("Bengaluru", "19:16")."""
    return _suggest_cities(now.replace(second=0, microsecond=0), hour12)


def full_city(name: str) -> str:
    """`Knox (Indiana)` where the zone's name has three parts, else the city."""
    parts = name.split("/")
    return f"{city_of(name)} ({parts[1].replace('_', ' ')})" if len(parts) > 2 else city_of(name)


@lru_cache(maxsize=4)
def _group_zones(minute: datetime, hour12: bool) -> list[Group]:
    ordered = sorted(
        zone_names(),
        key=lambda name: (_continent_of(name) == UTC_NAME, _continent_of(name), plain_name(full_city(name))),
    )
    return [
        (CONTINENTS[continent], [(name, f"{full_city(name)} — {clock_text(minute, name, hour12)}") for name in names])
        for continent, names in groupby(ordered, key=_continent_of)
    ]


@lru_cache(maxsize=4)
def _suggest_cities(minute: datetime, hour12: bool) -> list[tuple[str, str]]:
    others = {alias.title(): name for alias, name in ALIASES.items() if _is_city(alias)}
    cities = others | {city_of(name): name for name in zone_names()}
    return [(city, clock_text(minute, name, hour12)) for city, name in sorted(cities.items(), key=_by_city)]


def _by_city(suggestion: tuple[str, str]) -> str:
    return plain_name(suggestion[0])


def _continent_of(name: str) -> str:
    return name.partition("/")[0]


def _is_city(alias: str) -> bool:
    """Whether to suggest this name. Abbreviations such as CST are understood when typed, but mean too many things."""
    is_name = len(alias) > LONGEST_ABBREVIATION or alias in SHORT_CITIES
    return is_name and "/" not in alias and alias not in FORMER_NAMES
