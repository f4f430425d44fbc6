"""Time zones that people may choose: one city per zone of `zone.tab`, and UTC, out of one pinned database.

Python reads the machine's own zone files first, and machines differ; the rules of some country change every year.
So every process calls `use_pinned_tzdata()` where settings load, and reads the `tzdata` package only.
"""

import zoneinfo
from functools import cache
from importlib import resources

UTC_NAME = "UTC"

ALIASES: dict[str, str] = {
    # Cities that many people live in and that `zone.tab` doesn't name, and older spellings of some that it does.
    "abuja": "Africa/Lagos",
    "cape town": "Africa/Johannesburg",
    "durban": "Africa/Johannesburg",
    "kano": "Africa/Lagos",
    "marrakesh": "Africa/Casablanca",
    "pretoria": "Africa/Johannesburg",
    "rabat": "Africa/Casablanca",
    "atlanta": "America/New_York",
    "austin": "America/Chicago",
    "boston": "America/New_York",
    "brasilia": "America/Sao_Paulo",
    "brasília": "America/Sao_Paulo",
    "calgary": "America/Edmonton",
    "dallas": "America/Chicago",
    "houston": "America/Chicago",
    "las vegas": "America/Los_Angeles",
    "medellín": "America/Bogota",
    "medellin": "America/Bogota",
    "miami": "America/New_York",
    "montreal": "America/Toronto",
    "montréal": "America/Toronto",
    "ottawa": "America/Toronto",
    "philadelphia": "America/New_York",
    "portland": "America/Los_Angeles",
    "quito": "America/Guayaquil",
    "rio de janeiro": "America/Sao_Paulo",
    "salt lake city": "America/Denver",
    "san diego": "America/Los_Angeles",
    "san francisco": "America/Los_Angeles",
    "são paulo": "America/Sao_Paulo",
    "seattle": "America/Los_Angeles",
    "washington": "America/New_York",
    "abu dhabi": "Asia/Dubai",
    "ankara": "Europe/Istanbul",
    "bangalore": "Asia/Kolkata",
    "beijing": "Asia/Shanghai",
    "bengaluru": "Asia/Kolkata",
    "calcutta": "Asia/Kolkata",
    "chennai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata",
    "doha": "Asia/Qatar",
    "guangzhou": "Asia/Shanghai",
    "hanoi": "Asia/Ho_Chi_Minh",
    "hyderabad": "Asia/Kolkata",
    "islamabad": "Asia/Karachi",
    "lahore": "Asia/Karachi",
    "mecca": "Asia/Riyadh",
    "mumbai": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "osaka": "Asia/Tokyo",
    "pune": "Asia/Kolkata",
    "rangoon": "Asia/Yangon",
    "saigon": "Asia/Ho_Chi_Minh",
    "shenzhen": "Asia/Shanghai",
    "tel aviv": "Asia/Jerusalem",
    "canberra": "Australia/Sydney",
    "gold coast": "Australia/Brisbane",
    "wellington": "Pacific/Auckland",
    "barcelona": "Europe/Madrid",
    "bern": "Europe/Zurich",
    "birmingham": "Europe/London",
    "cardiff": "Europe/London",
    "cologne": "Europe/Berlin",
    "edinburgh": "Europe/London",
    "florence": "Europe/Rome",
    "frankfurt": "Europe/Berlin",
    "geneva": "Europe/Zurich",
    "glasgow": "Europe/London",
    "gothenburg": "Europe/Stockholm",
    "hamburg": "Europe/Berlin",
    "kiev": "Europe/Kyiv",
    "kraków": "Europe/Warsaw",
    "krakow": "Europe/Warsaw",
    "lyon": "Europe/Paris",
    "manchester": "Europe/London",
    "milan": "Europe/Rome",
    "munich": "Europe/Berlin",
    "münchen": "Europe/Berlin",
    "porto": "Europe/Lisbon",
    "rotterdam": "Europe/Amsterdam",
    "st petersburg": "Europe/Moscow",
    "the hague": "Europe/Amsterdam",
    "zürich": "Europe/Zurich",
    # Abbreviations name an offset, not a place: they lead to the city that most people who type them mean.
    "gmt": UTC_NAME,
    "z": UTC_NAME,
    "zulu": UTC_NAME,
    "coordinated universal time": UTC_NAME,
    "etc/utc": UTC_NAME,
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "bst": "Europe/London",
    "wet": "Europe/Lisbon",
    "cet": "Europe/Paris",
    "cest": "Europe/Paris",
    "eet": "Europe/Athens",
    "eest": "Europe/Athens",
    "msk": "Europe/Moscow",
    "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "wib": "Asia/Jakarta",
    "pkt": "Asia/Karachi",
    "sast": "Africa/Johannesburg",
    "eat": "Africa/Nairobi",
    "wat": "Africa/Lagos",
    "brt": "America/Sao_Paulo",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "awst": "Australia/Perth",
    "nzst": "Pacific/Auckland",
    "nzdt": "Pacific/Auckland",
    # Names that browsers and older systems still report for a zone that has been renamed.
    "america/buenos_aires": "America/Argentina/Buenos_Aires",
    "america/indianapolis": "America/Indiana/Indianapolis",
    "america/montreal": "America/Toronto",
    "asia/calcutta": "Asia/Kolkata",
    "asia/katmandu": "Asia/Kathmandu",
    "asia/rangoon": "Asia/Yangon",
    "asia/saigon": "Asia/Ho_Chi_Minh",
    "atlantic/faeroe": "Atlantic/Faroe",
    "europe/kiev": "Europe/Kyiv",
    "us/central": "America/Chicago",
    "us/eastern": "America/New_York",
    "us/mountain": "America/Denver",
    "us/pacific": "America/Los_Angeles",
}


def use_pinned_tzdata() -> None:
    """Make this process read the `tzdata` package and never the machine's zone files; settings call it as they load."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


@cache
def zone_names() -> tuple[str, ...]:
    """The zones that may be chosen, sorted: the `Area/City` names of `zone.tab`, and UTC."""
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return tuple(sorted({row[2].strip() for row in rows} | {UTC_NAME}))


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())


def is_known_zone(name: str) -> bool:
    """Whether this exact name may be stored; abbreviations, fixed offsets and retired names may not."""
    return name in _known()


def city_of(name: str) -> str:
    """The city as people write it: `America/Argentina/Buenos_Aires` gives `Buenos Aires`."""
    return name.rpartition("/")[2].replace("_", " ")


@cache
def _by_text() -> dict[str, str]:
    names = zone_names()
    known = ALIASES | {city_of(name): name for name in names} | {name: name for name in names}
    return {_plain(text): name for text, name in known.items()}


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).lower()


def find_zone(text: str) -> str | None:
    """The zone that a person means by a name, a city or an alias in any case; None where we don't know it."""
    return _by_text().get(_plain(text))
