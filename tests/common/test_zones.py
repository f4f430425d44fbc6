import os
import re
import subprocess
import sys
import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest
import tzdata
from django.contrib.staticfiles import finders

from common.zones import (
    ALIASES,
    CITY_NAMES,
    OFFSETS,
    RENAMED,
    canonical_zone,
    city_of,
    country_of,
    find_zone,
    is_known_zone,
    use_pinned_tzdata,
    zone_names,
    zone_release,
)


@pytest.mark.parametrize(
    ("zone", "country"),
    [("America/New_York", "US"), ("Europe/Kyiv", "UA"), ("UTC", ""), ("US/Eastern", ""), ("nowhere", "")],
)
def test_a_zone_lies_in_a_country(zone, country):
    assert country_of(zone) == country


def test_zone_names_are_the_cities_of_zone_tab_and_utc():
    names = zone_names()

    assert len(names) == len(set(names)) > 400
    assert list(names) == sorted(names)
    assert [name for name in names if "/" not in name] == ["UTC"]
    assert {"Europe/Kyiv", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Pacific/Apia"} <= set(names)
    assert all(zoneinfo.ZoneInfo(name) for name in names)


@pytest.mark.parametrize(
    "name",
    ["EST", "CET", "EST5EDT", "GMT", "Etc/GMT+3", "Etc/UTC", "US/Eastern", "Asia/Calcutta", "Europe/Kiev", "+05:30",
     "europe/lisbon", "Europe/Lisbon ", "Europe/Nowhere", "../../etc/passwd", "localtime", "Factory", ""],
)  # fmt: skip
def test_abbreviations_offsets_and_unknown_names_are_no_zones(name):
    assert is_known_zone(name) is False


@pytest.mark.parametrize("name", ["Europe/Lisbon", "UTC", "America/North_Dakota/New_Salem"])
def test_cities_and_utc_are_zones(name):
    assert is_known_zone(name) is True


@pytest.mark.parametrize(
    ("name", "city"),
    [("Asia/Kolkata", "Kolkata"), ("America/Argentina/Buenos_Aires", "Buenos Aires"), ("UTC", "UTC"),
     ("America/Port-au-Prince", "Port-au-Prince"), ("America/Sao_Paulo", "São Paulo"),
     ("Asia/Ho_Chi_Minh", "Ho Chi Minh City"), ("America/St_Johns", "St. John’s")],
)  # fmt: skip
def test_city_of_reads_as_people_write_it(name, city):
    assert city_of(name) == city


@pytest.mark.parametrize(
    ("text", "zone"),
    [("Europe/Lisbon", "Europe/Lisbon"), ("europe/lisbon", "Europe/Lisbon"), ("lisbon", "Europe/Lisbon"),
     ("  New   york ", "America/New_York"), ("new_york", "America/New_York"), ("America/New York", "America/New_York"),
     ("Calcutta", "Asia/Kolkata"), ("Bengaluru", "Asia/Kolkata"), ("KIEV", "Europe/Kyiv"), ("EST", "America/New_York"),
     ("gmt", "UTC"), ("utc", "UTC"), ("São Paulo", "America/Sao_Paulo"), ("us/pacific", "America/Los_Angeles"),
     ("Etc/GMT-3", "Africa/Nairobi"), ("etc/gmt+3", "America/Sao_Paulo"), ("GMT+3", None), ("Samoa", None),
     ("Nowhere", None), ("", None), ("+05:30", None), ("\x00", None)],
)  # fmt: skip
def test_find_zone_understands_names_cities_and_aliases(text, zone):
    assert find_zone(text) == zone


@pytest.mark.parametrize(
    ("texts", "zone"),
    [
        (("Bogotá", "Bogota", "bogotà"), "America/Bogota"),
        (("Asunción", "Asuncion"), "America/Asuncion"),
        (("Reykjavík", "Reykjavik", "REYKJAVÍK", "Iceland"), "Atlantic/Reykjavik"),
        (("Curaçao", "Curacao"), "America/Curacao"),
        (("NYC", "N.Y.C.", "New York City", "new-york"), "America/New_York"),
        (("Ho Chi Minh City", "Hồ Chí Minh", "Ho Chi Minh", "Saigon"), "Asia/Ho_Chi_Minh"),
        (("St. John’s", "St John's", "St. Johns"), "America/St_Johns"),
        (("Port au Prince", "Port-au-Prince"), "America/Port-au-Prince"),
        (("İstanbul", "istanbul", "ISTANBUL"), "Europe/Istanbul"),
        (("Kuwait City", "Kuwait"), "Asia/Kuwait"),
        (("Godthab", "Nuuk"), "America/Nuuk"),
        (("Faeroe", "Faroe"), "Atlantic/Faroe"),
        (("Krakow", "Kraków"), "Europe/Warsaw"),
    ],
)
def test_find_zone_understands_accents_and_spellings(texts, zone):
    assert {find_zone(text) for text in texts} == {zone}


def test_every_city_is_found_by_the_name_that_is_shown():
    assert {name: find_zone(city_of(name)) for name in zone_names()} == {name: name for name in zone_names()}
    assert set(CITY_NAMES) <= set(zone_names())


def test_the_release_is_the_one_of_the_package():
    assert zone_release() == tzdata.IANA_VERSION


def test_every_name_of_the_database_is_understood():
    """What a browser or a system reports is one of these: a name more in the next release is one more here."""
    unknown = {name for name in zoneinfo.available_timezones() if find_zone(name) is None}

    assert unknown == {"Etc/GMT+12", "Factory"}
    assert {find_zone(name.upper()) for name in zoneinfo.available_timezones() - unknown} <= set(zone_names())


def test_every_name_that_names_a_place_is_kept_by_its_city():
    refused = {name for name in zoneinfo.available_timezones() if canonical_zone(name) is None}

    assert {name for name in refused if not name.startswith("Etc/GMT")} == {
        "CET", "CST6CDT", "EET", "EST", "EST5EDT", "Factory", "HST", "MET", "MST", "MST7MDT", "PST8PDT", "WET",
    }  # fmt: skip
    assert refused & {"Etc/GMT", "Etc/GMT0", "Etc/GMT+0", "Etc/GMT-0"} == set()
    assert {canonical_zone(name) for name in zone_names()} == set(zone_names())


@pytest.mark.parametrize("name", ["Asia/Calcutta ", "asia/calcutta", "", "GMT+3", "+05:30", "../../etc/passwd", "\x00"])
def test_canonical_zone_takes_exact_names_only(name):
    assert canonical_zone(name) is None


def offsets(name: str) -> list[timedelta | None]:
    """Every three weeks for eleven years."""
    zone = zoneinfo.ZoneInfo(name)
    return [
        (datetime(2026, 1, 1, tzinfo=UTC) + days * timedelta(days=20)).astimezone(zone).utcoffset()
        for days in range(200)
    ]


@pytest.mark.parametrize("name", [*RENAMED, *OFFSETS])
def test_what_is_written_by_hand_keeps_the_time_of_its_name(name):
    assert offsets(find_zone(name)) == offsets(name)


def test_any_retired_name_keeps_its_time():
    retired = {name: zone for name in zoneinfo.available_timezones() if (zone := canonical_zone(name))}

    assert [name for name, zone in retired.items() if offsets(name) != offsets(zone)] == []


def test_every_zone_that_the_browser_may_report_is_understood(chromium):
    page = chromium.new_page()
    reported = page.evaluate("Intl.supportedValuesOf('timeZone')")
    page.close()

    assert len(reported) > 400
    assert [name for name in reported if find_zone(name) is None or canonical_zone(name) is None] == []


def test_aliases_lead_to_zones_and_hide_no_city():
    cities = {city_of(name).lower() for name in zone_names()}

    assert set(ALIASES.values()) <= set(zone_names())
    assert [alias for alias in ALIASES if alias != alias.lower()] == []
    assert cities & set(ALIASES) == set()


def test_no_two_zones_share_a_city():
    cities = [city_of(name) for name in zone_names()]

    assert len(cities) == len(set(cities))


def test_settings_read_the_pinned_zone_database_only():
    assert zoneinfo.TZPATH == ()


def test_pinned_tzdata_wins_over_the_machines_files(tmp_path):
    """A machine whose Europe/Lisbon is really Tokyo changes nothing once settings have loaded."""
    wrong = tmp_path / "Europe" / "Lisbon"
    wrong.parent.mkdir()
    wrong.write_bytes(resources.files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes())
    ask = (
        "from datetime import datetime; from zoneinfo import ZoneInfo; from common.zones import use_pinned_tzdata\n"
        "def hour(): return datetime(2026, 7, 1, tzinfo=ZoneInfo('Europe/Lisbon')).utcoffset().seconds // 3600\n"
        "before = hour(); use_pinned_tzdata(); print(before, hour())"
    )

    answer = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.split() == ["9", "1"]


def test_use_pinned_tzdata_forgets_zones_read_before():
    before = zoneinfo.ZoneInfo("Europe/Lisbon")

    use_pinned_tzdata()

    assert zoneinfo.ZoneInfo("Europe/Lisbon") is not before
    assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo("Europe/Lisbon")).utcoffset() == timedelta(
        hours=1
    )


def test_the_script_calls_cities_as_we_do():
    """Browsers report some zones by names that are no longer used."""
    script = Path(finders.find("js/app.js")).read_text()
    [names] = re.findall(r"const CITIES = \{(.*?)\};", script, re.DOTALL)
    renamed = dict(re.findall(r'(\w+): "([^"]+)"', names))

    found = {
        old: city_of(zone)
        for old in renamed
        for area in ("America", "Asia", "Atlantic", "Europe", "Indian")
        if (zone := canonical_zone(f"{area}/{old}"))
    }
    assert found == renamed
