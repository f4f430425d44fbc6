"""Time zones that people may choose: one city per zone of `zone.tab`, and UTC, out of one pinned database.

Python reads the machine's own zone files first, and machines differ; the rules of some country change every year.
So every process calls `use_pinned_tzdata()` where settings load, and reads the `tzdata` package only.
"""

import re
import zoneinfo
from functools import cache
from importlib import resources

from common.texts import fold

UTC_NAME = "UTC"

ALIASES: dict[str, str] = {
    # Cities that many people live in and that `zone.tab` doesn't name, and other spellings of some that it does. Each
    # is found with accents and without: those that have an entry are here to be suggested.
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
    "brasília": "America/Sao_Paulo",
    "calgary": "America/Edmonton",
    "dallas": "America/Chicago",
    "houston": "America/Chicago",
    "las vegas": "America/Los_Angeles",
    "medellín": "America/Bogota",
    "miami": "America/New_York",
    "montréal": "America/Toronto",
    "new york city": "America/New_York",
    "ottawa": "America/Toronto",
    "philadelphia": "America/New_York",
    "portland": "America/Los_Angeles",
    "quito": "America/Guayaquil",
    "rio de janeiro": "America/Sao_Paulo",
    "salt lake city": "America/Denver",
    "san diego": "America/Los_Angeles",
    "san francisco": "America/Los_Angeles",
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
    "lyon": "Europe/Paris",
    "manchester": "Europe/London",
    "milan": "Europe/Rome",
    "munich": "Europe/Berlin",
    "münchen": "Europe/Berlin",
    "porto": "Europe/Lisbon",
    "reykjavík": "Atlantic/Reykjavik",
    "rotterdam": "Europe/Amsterdam",
    "st petersburg": "Europe/Moscow",
    "the hague": "Europe/Amsterdam",
    "zürich": "Europe/Zurich",
    # Abbreviations name an offset, not a place: they lead to the city that most people who type them mean.
    "gmt": UTC_NAME,
    "z": UTC_NAME,
    "coordinated universal time": UTC_NAME,
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "est5edt": "America/New_York",
    "cst6cdt": "America/Chicago",
    "mst7mdt": "America/Denver",
    "pst8pdt": "America/Los_Angeles",
    "nyc": "America/New_York",
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
    "hst": "Pacific/Honolulu",
    "met": "Europe/Paris",
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
}
# Cities that people write in another way than the zone's name, which has plain letters only: the English names of the
# Unicode CLDR, but “Faroe Islands” and “Canary Islands” in full. A table, since the package that carries all of CLDR
# takes 36 MB, and 6 MB of each process.
CITY_NAMES: dict[str, str] = {
    "Africa/El_Aaiun": "El Aaiún",
    "Africa/Lome": "Lomé",
    "Africa/Ndjamena": "N’Djamena",
    "Africa/Sao_Tome": "São Tomé",
    "America/Araguaina": "Araguaína",
    "America/Argentina/Cordoba": "Córdoba",
    "America/Argentina/Rio_Gallegos": "Río Gallegos",
    "America/Argentina/Tucuman": "Tucumán",
    "America/Asuncion": "Asunción",
    "America/Bahia_Banderas": "Bahía de Banderas",
    "America/Belem": "Belém",
    "America/Bogota": "Bogotá",
    "America/Cancun": "Cancún",
    "America/Ciudad_Juarez": "Ciudad Juárez",
    "America/Cuiaba": "Cuiabá",
    "America/Curacao": "Curaçao",
    "America/Eirunepe": "Eirunepé",
    "America/Lower_Princes": "Lower Prince’s Quarter",
    "America/Maceio": "Maceió",
    "America/Mazatlan": "Mazatlán",
    "America/Merida": "Mérida",
    "America/Miquelon": "Saint-Pierre",
    "America/Noronha": "Fernando de Noronha",
    "America/Santarem": "Santarém",
    "America/Sao_Paulo": "São Paulo",
    "America/Scoresbysund": "Ittoqqortoormiit",
    "America/St_Barthelemy": "St. Barthélemy",
    "America/St_Johns": "St. John’s",
    "America/St_Kitts": "St. Kitts",
    "America/St_Lucia": "St. Lucia",
    "America/St_Thomas": "St. Thomas",
    "America/St_Vincent": "St. Vincent",
    "Asia/Aqtau": "Aktau",
    "Asia/Ho_Chi_Minh": "Ho Chi Minh City",
    "Asia/Hovd": "Khovd",
    "Asia/Macau": "Macao",
    "Asia/Qostanay": "Kostanay",
    "Asia/Qyzylorda": "Kyzylorda",
    "Asia/Urumqi": "Ürümqi",
    "Atlantic/Canary": "Canary Islands",
    "Atlantic/Faroe": "Faroe Islands",
    "Atlantic/St_Helena": "St. Helena",
    "Australia/Lord_Howe": "Lord Howe Island",
    "Europe/Busingen": "Büsingen",
    "Europe/Chisinau": "Chișinău",
    "Europe/Tirane": "Tirana",
    "Indian/Chagos": "Chagos Archipelago",
    "Indian/Christmas": "Christmas Island",
    "Indian/Cocos": "Cocos Islands",
    "Indian/Comoro": "Comoros",
    "Indian/Kerguelen": "Kerguelen Islands",
    "Indian/Mahe": "Mahé",
    "Indian/Reunion": "Réunion",
    "Pacific/Chatham": "Chatham Islands",
    "Pacific/Easter": "Easter Island",
    "Pacific/Galapagos": "Galápagos Islands",
    "Pacific/Kwajalein": "Kwajalein Atoll",
    "Pacific/Marquesas": "Marquesas Islands",
    "Pacific/Midway": "Midway Atoll",
    "Pacific/Norfolk": "Norfolk Island",
    "Pacific/Noumea": "Nouméa",
    "Pacific/Pitcairn": "Pitcairn Islands",
    "Pacific/Wake": "Wake Island",
    "Pacific/Wallis": "Wallis & Futuna",
}
# Names that no link of the database leads from, or none to the city that people there would know. The tests compare
# these with the database: each keeps the same time as the name that it stands for.
RENAMED: dict[str, str] = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
    "Etc/GMT": UTC_NAME,
    "Etc/UTC": UTC_NAME,
}
# A browser may report no more than an offset: the hours behind UTC with a plus, those ahead with a minus. Each stands
# for a city that never changes its clocks. Nobody lives where they are twelve hours behind.
OFFSETS: dict[str, str] = {
    "Etc/GMT+1": "Atlantic/Cape_Verde",
    "Etc/GMT+2": "America/Noronha",
    "Etc/GMT+3": "America/Sao_Paulo",
    "Etc/GMT+4": "America/Puerto_Rico",
    "Etc/GMT+5": "America/Bogota",
    "Etc/GMT+6": "America/Costa_Rica",
    "Etc/GMT+7": "America/Phoenix",
    "Etc/GMT+8": "Pacific/Pitcairn",
    "Etc/GMT+9": "Pacific/Gambier",
    "Etc/GMT+10": "Pacific/Honolulu",
    "Etc/GMT+11": "Pacific/Pago_Pago",
    "Etc/GMT-1": "Africa/Lagos",
    "Etc/GMT-2": "Africa/Johannesburg",
    "Etc/GMT-3": "Africa/Nairobi",
    "Etc/GMT-4": "Asia/Dubai",
    "Etc/GMT-5": "Asia/Tashkent",
    "Etc/GMT-6": "Asia/Dhaka",
    "Etc/GMT-7": "Asia/Bangkok",
    "Etc/GMT-8": "Asia/Singapore",
    "Etc/GMT-9": "Asia/Tokyo",
    "Etc/GMT-10": "Australia/Brisbane",
    "Etc/GMT-11": "Pacific/Guadalcanal",
    "Etc/GMT-12": "Pacific/Fiji",
    "Etc/GMT-13": "Pacific/Tongatapu",
    "Etc/GMT-14": "Pacific/Kiritimati",
}
# What the database keeps for old programs. A person who types one means the clocks of the city that `ALIASES` says;
# a program that sends one should say where it is.
ABBREVIATIONS = frozenset(
    ("CET", "CST6CDT", "EET", "EST", "EST5EDT", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET", "Factory")
)
# Retired names that end in something else than a city, or in one that is not theirs.
NO_CITIES = ("Australia/", "America/Knox_IN", "America/Virgin", "Pacific/Samoa")


def use_pinned_tzdata() -> None:
    """Make this process read the `tzdata` package and never the machine's zone files. Settings call it."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


@cache
def zone_names() -> tuple[str, ...]:
    """The zones that can be chosen, sorted: the `Area/City` names of `zone.tab`, and UTC."""
    return tuple(sorted({*_countries(), UTC_NAME}))


@cache
def _countries() -> dict[str, str]:  # of the zones of `zone.tab`
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2].strip(): row[0] for row in rows}


# Two letters (ISO 3166); empty for UTC, and for a name that can't be chosen.
def country_of(name: str) -> str:
    return _countries().get(name, "")


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(zone_names())


def is_known_zone(name: str) -> bool:
    """Whether this exact name may be stored; abbreviations, fixed offsets and retired names may not."""
    return name in _known_zones()


def city_of(name: str) -> str:
    """The city as people write it: `Buenos Aires` for `America/Argentina/Buenos_Aires`, `São Paulo`."""
    return CITY_NAMES.get(name) or _last_part(name)


def _last_part(name: str) -> str:
    return name.rpartition("/")[2].replace("_", " ")


def _read_zone_lines() -> list[str]:
    return resources.files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text(encoding="utf-8").splitlines()


@cache
def zone_release() -> str:
    """Which release of the database this process reads, such as `2026f`; a later one is greater."""
    return _read_zone_lines()[0].removeprefix("# version ")


@cache
def _read_aliases() -> dict[str, str]:
    """The other names of zones in the database, each with the name that it stands for."""
    rows = (line.split() for line in _read_zone_lines() if line.startswith("L "))
    return {name: target for _kind, target, name in rows}


@cache
def canonical_zone(name: str) -> str | None:
    """The zone to store for a name of the database, including retired ones and names like `US/Pacific`.

    None for names without a place, such as abbreviations and offsets, and for unknown names.
    """
    while name not in _known_zones():
        following = RENAMED.get(name) or _read_aliases().get(name)
        if following is None or name in ABBREVIATIONS:
            return None
        name = following
    return name


@cache
def _by_text() -> dict[str, str]:
    names = zone_names()
    retired = {name: zone for name in (*_read_aliases(), *RENAMED) if (zone := canonical_zone(name))}
    known = {_last_part(name): zone for name, zone in retired.items() if _ends_in_a_city(name)}
    known |= retired | OFFSETS | ALIASES | {_last_part(name): name for name in names} | {name: name for name in names}
    known |= {city: name for name, city in CITY_NAMES.items()}
    return {plain_name(text): name for text, name in known.items()}


def _ends_in_a_city(name: str) -> bool:
    return name.partition("/")[0] in {known.partition("/")[0] for known in zone_names()} and not name.startswith(
        NO_CITIES
    )


HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")


def plain_name(text: str) -> str:
    """Without accents, in small letters, with single blanks where names of zones and people write other things."""
    bare = "".join(character for character in fold(text) if character not in ".'’")
    return " ".join(HYPHEN.sub(" ", bare).replace("_", " ").split())


def find_zone(text: str) -> str | None:
    """The zone that a person or a browser means by a name, a city or an alias, with accents or without; None if
    unknown.
    """
    plain = plain_name(text)
    return _by_text().get(plain) or _by_text().get(plain.removesuffix(" city"))
