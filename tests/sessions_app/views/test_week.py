import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from mentors.models import Offer, ProfileState
from sessions_app.availability.preview import preview_of
from sessions_app.availability.timetable import load_timetable
from sessions_app.models import DateOverride, Schedule, TimeOff
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import alerts_in, answers_in, elements_of, links_in, markup_of, part_in, parts_in, refusals_in
from tests.sessions_app.conftest import book

PAST_MIDNIGHT = ". For hours past midnight, end at midnight and put the rest on the next day"
URL = "/mentor/availability/"
WEEK = [(day, 540, 1020) for day in range(1, 6)]


@pytest.fixture
def client(alice, client_for, now):
    return client_for(alice)


@pytest.fixture
def profile(alice):
    return alice.mentor_profile


def form_data(windows=WEEK, **changes):
    """The page's form as a browser sends it."""
    data = {
        "timezone": "Europe/London",
        "notice": "240",
        "buffer": "5",
        "move_notice": "120",
        "cancel_notice": "720",
        "horizon_days": "30",
        "max_per_day": "",
        "max_per_week": "",
        "max_written": "2",
        "meeting_url": "",
        "away_until": "",
    }
    for day, start, end in windows:
        data[f"day-{day}-on"] = "on"
        data.setdefault(f"day-{day}-from", []).append(f"{start // 60:02d}:{start % 60:02d}")
        data.setdefault(f"day-{day}-until", []).append(f"{end // 60 % 24:02d}:{end % 60:02d}")
    return data | changes


def windows_of(profile):
    return list(profile.schedule.windows.values_list("weekday", "start", "end"))


def shown_times(response):
    """How many times the page counts, and the soonest: the two that it shows in bold."""
    page = markup_of(response)
    if "times" not in parts_in(page):
        return None
    [whole] = elements_of(page, "p", data_part="times")
    count, soonest = [one.text for one in elements_of(page, "b") if whole.start < one.start < whole.end]
    return int(count.split()[0]), soonest


def summary_of(response):
    """The words of each problem in the summary of errors."""
    page = markup_of(response)
    [summary] = elements_of(page, "div", class_="error-summary")
    return [one.text for one in elements_of(page, "li") if summary.start < one.start < summary.end]


def inputs(response, name):
    return re.findall(rf'name="{name}" value="([^"]*)"', markup_of(response))


def test_page_shows_the_stored_week_and_what_people_see(client, profile):
    response = client.get(URL)
    assert inputs(response, "day-1-from") == ["09:00"]
    assert inputs(response, "day-6-from") == []
    slots = load_timetable(profile, now=NOW).slots(length=25, now=NOW, first=NOW, last=NOW + timedelta(days=7))
    assert shown_times(response) == (len(slots), "tomorrow, 09:00")


def test_page_number_is_of_the_first_offer(client, profile):
    Offer.objects.create(profile=profile, length=45, position=0, step=60)
    Offer.objects.filter(length=25).update(position=1)
    response = client.get(URL)
    slots = load_timetable(profile, now=NOW).slots(length=45, step=60, now=NOW, first=NOW, last=NOW + timedelta(days=7))
    assert "45" in part_in(markup_of(response), "times")
    assert shown_times(response)[0] == len(slots)


@pytest.mark.parametrize(
    ("moment", "zone", "windows", "count"),
    [
        # London, 25 October 2026: 01:00–02:00 is shown twice, so two hours are open, four times.
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "Europe/London", [(7, 60, 120)], 4),
        # London, 28 March 2027: 01:00–02:00 is never shown.
        (datetime(2027, 3, 27, 12, tzinfo=UTC), "Europe/London", [(7, 60, 120)], 0),
        (datetime(2027, 3, 27, 12, tzinfo=UTC), "Europe/London", [(7, 60, 180)], 2),
    ],
    ids=["fold", "gap", "across the gap"],
)
def test_page_number_counts_real_hours_when_clocks_change(client_for, profile, alice, moment, zone, windows, count):
    with time_machine.travel(moment, tick=False):
        client = client_for(alice)
        client.post(URL, form_data(windows, timezone=zone))
        response = client.get(URL)
        slots = load_timetable(profile, now=moment).slots(
            length=25, now=moment, first=moment, last=moment + timedelta(days=7)
        )
    assert len(slots) == count
    seen = shown_times(response)
    assert (seen[0] if seen else 0) == count


def test_page_without_a_schedule_proposes_one_and_stores_nothing(client_for, bob, now):
    profile = make_mentor(bob)
    profile.schedule.delete()
    response = client_for(bob).get(URL)
    assert parts_in(markup_of(response)).count("proposal") == 1
    assert inputs(response, "day-2-from") == ["18:00"]
    assert "Kolkata (IST)" in part_in(markup_of(response), "zone")
    assert not Schedule.objects.filter(profile=profile).exists()


def test_saving_the_proposal_stores_it(client_for, bob, now):
    profile = make_mentor(bob)
    profile.schedule.delete()
    windows = [(2, 1080, 1200), (4, 1080, 1200)]
    response = client_for(bob).post(URL, form_data(windows, timezone="Asia/Kolkata"))
    assert response.url == URL
    schedule = Schedule.objects.get(profile=profile)
    assert schedule.timezone == "Asia/Kolkata"
    assert list(schedule.windows.values_list("weekday", "start", "end")) == windows


def test_save_writes_everything_and_says_so(client, profile):
    data = form_data([(2, 0, 60), (2, 1320, 1440)], notice="60", max_per_week="4", away_until="2026-12-07")
    response = client.post(URL, data, follow=True)
    profile.refresh_from_db()
    assert windows_of(profile) == [(2, 0, 60), (2, 1320, 1440)]
    assert (profile.schedule.notice, profile.schedule.max_per_week) == (60, 4)
    assert profile.paused_until == date(2026, 12, 7)
    assert answers_in(markup_of(response)) == ["ok"]
    assert inputs(response, "day-2-until") == ["01:00", "00:00"]
    assert inputs(response, "away_until") == ["2026-12-07"]


@pytest.mark.parametrize(
    ("windows", "named"),
    [
        ([(1, 540, 600), (2, 1080, 1100)], ["Tuesday 18:00–18:20"]),
        ([(2, 1080, 1100), (2, 1100, 1120)], []),
        ([(7, 1425, 1440), (1, 0, 15)], []),
        ([(7, 1430, 1440), (1, 0, 10)], ["Sunday 23:50–00:00", "Monday 00:00–00:10"]),
        ([(2, 1080, 1105)], []),
    ],
    ids=["one of two", "touching", "past midnight", "short past midnight", "just fits"],
)
def test_save_names_the_times_into_which_no_session_fits(client, profile, windows, named):
    Offer.objects.create(profile=profile, length=45)
    said = markup_of(client.post(URL, form_data(windows), follow=True))

    assert windows_of(profile) == sorted(windows)
    slots = load_timetable(profile, now=NOW).slots(length=25, now=NOW, first=NOW, last=NOW + timedelta(days=9))
    assert bool(slots) == (len(named) < len(windows))
    assert answers_in(said) == ["warn" if named else "ok"]
    [words] = alerts_in(said)
    assert [name for name in named if name not in words] == []
    assert ("25 min" in words, "Monday 09:00" in words) == (bool(named), False)


def test_save_says_nothing_of_lengths_to_a_mentor_without_offers(client, profile):
    profile.offers.update(is_active=False)

    assert answers_in(markup_of(client.post(URL, form_data([(2, 1080, 1085)]), follow=True))) == ["ok"]


def test_own_meeting_address_is_kept_and_given_up(client, profile):
    address = "https://zoom.us/j/1234567890?pwd=a"
    response = client.post(URL, form_data(meeting_url=address), follow=True)
    assert Schedule.objects.get(profile=profile).meeting_url == address
    assert inputs(response, "meeting_url") == [address]

    client.post(URL, form_data(meeting_url=""))
    assert Schedule.objects.get(profile=profile).meeting_url == ""


def test_saving_the_page_as_it_is_keeps_every_row(client, profile):
    before = list(profile.schedule.windows.values())
    for _ in range(2):
        client.post(URL, form_data())
    assert list(profile.schedule.windows.values()) == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"day-2-until": ["08:00"]}, f"Tuesday: the end must be after 09:00{PAST_MIDNIGHT}"),
        ({"day-2-from": ["09:00", "10:00"], "day-2-until": ["11:00", "12:00"]}, "Tuesday: these two windows overlap"),
        ({"max_per_week": "0"}, "Most sessions in a week: enter a number from 1 to 200"),
        ({"timezone": "EST"}, "Choose a city from the list"),
        (
            {"meeting_url": "zoom.us/j/1"},
            "Enter an address that starts with https://, like https://zoom.us/j/1234567890.",
        ),
        ({"away_until": "2026-11-24"}, "Choose a return date after today"),
    ],
)
def test_save_refuses_in_words_keeps_what_was_typed_and_stores_nothing(client, profile, changes, message):
    data = form_data(**{"day-5-until": ["17:30"], "day-6-on": "on", "day-6-from": ["07:15"], "day-6-until": ["08:45"]})
    response = client.post(URL, data | changes)
    assert response.status_code == 422
    assert summary_of(response) == [message]
    assert elements_of(markup_of(response), "title")[0].text.startswith("Error: ")
    typed = data | changes
    for name in ("day-2-from", "day-2-until", "day-5-until", "day-6-from", "day-6-until"):
        assert inputs(response, name) == typed[name]
    assert windows_of(profile) == WEEK


def test_add_shows_a_new_row_with_the_focus_and_stores_nothing(client, profile):
    response = client.post(URL, form_data(add="2", **{"day-3-from": ["nonsense"], "max_per_week": "x"}))
    page = markup_of(response)
    assert response.status_code == 200
    assert inputs(response, "day-2-from") == ["09:00", ""]
    assert re.findall(r'id="([^"]*)" [^>]*autofocus', page) == ["id_day-2-from-1"]
    assert inputs(response, "day-3-from") == ["nonsense"]
    assert inputs(response, "max_per_week") == ["x"]
    assert answers_in(page) == []
    assert windows_of(profile) == WEEK


def test_edits_count_the_times_from_what_is_typed(client, profile):
    response = client.post(URL, form_data([(3, 540, 570)], drop="5-0"))
    assert shown_times(response) == (1, "tomorrow, 09:00")
    response = client.post(URL, form_data([(3, 540, 570)], switch="", **{"day-3-from": ["bad"]}))
    # Wednesday makes no sense as typed: its stored hours count.
    assert shown_times(response) == (16, "tomorrow, 09:00")


def test_edits_count_the_times_from_the_rules_typed(client):
    response = client.post(URL, form_data([(3, 540, 660)], switch="", notice="2880", buffer="30"))
    assert shown_times(response) == (0, "Wed 2 Dec, 09:00")
    response = client.post(URL, form_data([(3, 540, 660)], switch="", buffer="30"))
    assert shown_times(response) == (2, "tomorrow, 09:00")
    response = client.post(URL, form_data([(3, 540, 660)], switch="", timezone="Asia/Tokyo"))
    assert "Tokyo (JST)" in part_in(markup_of(response), "zone")


def test_htmx_gets_the_form_alone(client):
    response = client.post(URL, form_data(add="2"), headers={"HX-Request": "true"})
    page = markup_of(response)
    assert page.strip().startswith('<form id="week-form"')
    assert "<html" not in page


def test_copy_fills_the_ticked_days(client, profile):
    data = form_data([(1, 600, 660)], copy="1", **{"copy-from": "1", "copy-to": ["2", "6"]})
    response = client.post(URL, data)
    assert [inputs(response, f"day-{day}-from") for day in (1, 2, 6, 7)] == [["10:00"], ["10:00"], ["10:00"], []]
    assert windows_of(profile) == WEEK


def test_sessions_outside_the_typed_week_are_named(client, booking):
    inside = client.get(URL)
    response = client.post(URL, form_data([(1, 540, 600)], switch=""))
    [none], [named] = (elements_of(markup_of(page), "div", id="outside") for page in (inside, response))
    assert none.text == ""
    assert ("Thursday 26 November, 14:30" in named.text, "Bob" in named.text) == (True, True)
    assert links_in(markup_of(response), id="outside") == {reverse("session", args=[booking.uuid])}


def test_times_of_the_week_name_its_zone_where_the_account_has_another(client, booking, alice):
    def told() -> list[bool]:
        week = markup_of(client.post(URL, form_data([(1, 540, 600)], switch="")))
        shown = [part_in(week, "times"), elements_of(week, "div", id="outside")[0].text]
        days = parts_in(markup_of(client.get(f"{URL}time-off/add/")))
        return [*("London" in words for words in shown), "week-zone" in days]

    assert told() == [False, False, False]
    alice.timezone = "Asia/Kolkata"
    alice.save()
    assert told() == [True, True, True]


def test_every_session_outside_the_typed_week_can_be_reached(client, offer):
    made = [
        book(offer, make_person(f"p{n}@example.org", f"P {n}"), at(f"2026-11-{day} 10:00"))
        for n, day in enumerate((25, 26, 27, 30))
    ]
    response = client.post(URL, form_data([], switch=""))

    assert links_in(markup_of(response), id="outside") == {reverse("session", args=[one.uuid]) for one in made}


def test_requests_outside_the_typed_week_are_not_called_sessions(client, booking, alice, offer):
    offer.instant = False
    offer.save()
    book(offer, make_person("dan@example.org", "Dan Doe"), booking.start + timedelta(hours=1))
    preview = preview_of(alice.mentor_profile, load_timetable(alice.mentor_profile, now=NOW), now=NOW)
    assert (preview.requests_outside, preview.agreed_outside) == (0, 0)

    [both] = elements_of(markup_of(client.post(URL, form_data([(1, 540, 600)], switch=""))), "div", id="outside")
    assert [words in both.text for words in ("One session is", "One request you haven’t answered is")] == [True, True]


def test_a_window_that_holds_only_part_of_a_session_leaves_it_outside(client, booking):
    response = client.post(URL, form_data([(4, 540, 880)], switch=""))
    assert links_in(markup_of(response), id="outside") == {reverse("session", args=[booking.uuid])}


def test_page_of_a_profile_that_is_not_live_says_so(client, profile):
    live = markup_of(client.get(URL))
    profile.state = ProfileState.SUBMITTED
    profile.save()
    submitted = markup_of(client.get(URL))
    public = reverse("mentor_detail", args=[profile.slug])
    assert ["not-live" in parts_in(page) for page in (live, submitted)] == [False, True]
    assert ['name="away_until"' in page for page in (live, submitted)] == [True, False]
    assert [public in links_in(page) for page in (live, submitted)] == [True, False]


def test_page_without_an_offer_says_so(client, profile):
    profile.offers.update(is_active=False)
    parts = parts_in(markup_of(client.get(URL)))
    assert ("no-offer" in parts, "times" in parts) == (True, False)


def test_a_visitor_signs_in_and_a_mentee_applies_first(client_for, bob, db):
    from django.test import Client

    assert Client().get(URL).url.startswith("/sign-in/")
    assert client_for(bob).get(URL).url == "/mentor/apply/1/"


def test_page_takes_a_fixed_number_of_queries(client, profile, bob, django_assert_max_num_queries):
    make_mentor(make_person("ada@example.org", "Ada Adair"))
    with django_assert_max_num_queries(19):
        client.get(URL)


def test_exceptions_are_listed_in_order_without_past_ones(client, profile):
    schedule = profile.schedule
    DateOverride.objects.create(schedule=schedule, date=date(2026, 11, 23), minutes=[])
    DateOverride.objects.create(schedule=schedule, date=date(2026, 12, 12), minutes=[600, 720, 1320, 1440])
    DateOverride.objects.create(schedule=schedule, date=date(2026, 12, 4), minutes=[])
    TimeOff.objects.create(schedule=schedule, first=date(2026, 12, 11), last=date(2027, 1, 3))
    TimeOff.objects.create(schedule=schedule, first=date(2026, 11, 1), last=date(2026, 11, 23))
    rows = re.findall(r"<tr>.*?</tr>", markup_of(client.get(URL)), re.DOTALL)[1:]
    assert [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows] == [
        "Fri 4 Dec Away all day Change Fri 4 Dec",
        "Fri 11 Dec – Sun 3 Jan 2027 Time off Change Fri 11 Dec – Sun 3 Jan 2027",
        "Sat 12 Dec 10:00–12:00, 22:00–00:00 (covered by time off) Change Sat 12 Dec",
    ]


def test_add_a_date_with_its_own_times(client, profile):
    data = {"day": "2026-12-12", "kind": "windows", "times-from": ["10:00"], "times-until": ["00:00"]}
    response = client.post("/mentor/availability/dates/add/", data, follow=True)
    assert ["Sat 12 Dec" in words for words in alerts_in(markup_of(response))] == [True]
    assert list(profile.schedule.overrides.values_list("date", "minutes")) == [(date(2026, 12, 12), [600, 1440])]


@pytest.mark.parametrize(
    ("times", "named"),
    [
        ([("10:00", "10:20"), ("14:00", "15:00")], "10:00–10:20"),
        ([("10:00", "10:20"), ("10:20", "10:40")], ""),
        ([("23:45", "00:00")], ""),
        ([("00:00", "00:15")], "00:00–00:15"),
        ([("10:00", "10:25")], ""),
    ],
    ids=["one of two", "touching", "on into the next date", "the date before is closed", "just fits"],
)
def test_a_date_names_the_times_into_which_no_session_fits(client, profile, times, named):
    profile.schedule.windows.create(weekday=7, start=0, end=30)
    starts, ends = zip(*times, strict=True)
    data = {"day": "2026-12-12", "kind": "windows", "times-from": starts, "times-until": ends}

    said = markup_of(client.post("/mentor/availability/dates/add/", data, follow=True))

    [words] = alerts_in(said)
    assert (answers_in(said), "25 min" in words) == (["warn" if named else "ok"], bool(named))
    assert named in words


def test_add_a_closed_date_ignores_the_times_beside_it(client, profile):
    data = {"day": "2026-12-12", "kind": "closed", "times-from": ["nonsense"], "times-until": [""]}
    client.post("/mentor/availability/dates/add/", data)
    assert list(profile.schedule.overrides.values_list("date", "minutes")) == [(date(2026, 12, 12), [])]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"day": ""}, "Enter a date"),
        ({"day": "2026-02-30"}, "Enter a date, like 2026-12-04"),
        ({"day": "2026-11-23"}, "Choose a date that isn’t in the past"),
        ({"day": "9999-12-31"}, "Choose a date within two years"),
        ({"day": "2026-12-04"}, "You’ve already set this date. Change it in the list"),
        ({"kind": ""}, "Choose what changes on this date"),
        ({"times-until": ["09:00"]}, f"The end must be after 10:00{PAST_MIDNIGHT}"),
        ({"times-from": [""], "times-until": [""]}, "Add a time, or choose “Away all day”"),
    ],
)
def test_add_a_date_refuses_in_words_and_keeps_what_was_typed(client, profile, changes, message):
    DateOverride.objects.create(schedule=profile.schedule, date=date(2026, 12, 4), minutes=[])
    data = {"day": "2026-12-12", "kind": "windows", "times-from": ["10:00"], "times-until": ["12:00"]} | changes
    response = client.post("/mentor/availability/dates/add/", data)
    assert response.status_code == 422
    assert summary_of(response) == [message]
    assert inputs(response, "times-from") == data["times-from"]
    assert inputs(response, "times-until") == data["times-until"]
    assert profile.schedule.overrides.count() == 1


def test_an_address_with_a_moment_fills_in_its_day_with_the_usual_hours(client, profile):
    schedule = profile.schedule
    schedule.timezone = "Asia/Tokyo"
    schedule.save()
    page = "/mentor/availability/dates/add/"

    added = client.get(page, {"t": "2026-12-10T20:30Z"})
    assert [inputs(added, name) for name in ("day", "times-from", "times-until")] == [
        ["2026-12-11"],
        ["09:00"],
        ["17:00"],
    ]
    assert inputs(client.get(page, {"t": "tomorrow"}), "day") == []

    present = DateOverride.objects.create(schedule=schedule, date=date(2026, 12, 11), minutes=[])
    assert client.get(page, {"t": "2026-12-10T20:30Z"}).url == f"/mentor/availability/dates/{present.pk}/"


def test_date_page_adds_and_drops_rows_and_keeps_the_rest(client, profile):
    data = {"day": "2026-12-12", "kind": "windows", "times-from": ["10:00"], "times-until": ["x"]}
    added = client.post("/mentor/availability/dates/add/", data | {"add": "1"})
    dropped = client.post("/mentor/availability/dates/add/", data | {"drop": "1-0"})
    assert inputs(added, "times-from") == ["10:00", ""]
    assert inputs(added, "day") == ["2026-12-12"]
    assert inputs(dropped, "times-from") == []
    assert not profile.schedule.overrides.exists()


def test_change_and_remove_a_date(client, profile):
    override = DateOverride.objects.create(schedule=profile.schedule, date=date(2026, 12, 4), minutes=[600, 720])
    url = f"/mentor/availability/dates/{override.pk}/"
    assert inputs(client.get(url), "times-from") == ["10:00"]
    client.post(url, {"day": "2026-12-05", "kind": "closed"})
    override.refresh_from_db()
    assert (override.date, override.minutes) == (date(2026, 12, 5), [])
    response = client.post(url, {"delete": "1"}, follow=True)
    assert ["Sat 5 Dec" in words for words in alerts_in(markup_of(response))] == [True]
    assert not DateOverride.objects.exists()


def test_add_change_and_remove_time_off(client, profile):
    client.post("/mentor/availability/time-off/add/", {"first": "2026-12-20", "last": "2027-01-03"})
    away = TimeOff.objects.get()
    url = f"/mentor/availability/time-off/{away.pk}/"
    assert inputs(client.get(url), "last") == ["2027-01-03"]
    client.post(url, {"first": "2026-12-21", "last": "2027-01-03"})
    away.refresh_from_db()
    assert (away.schedule, away.first) == (profile.schedule, date(2026, 12, 21))
    client.post(url, {"delete": "1"})
    assert not TimeOff.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("", "2026-12-20", "Enter the first day"),
        ("2026-12-20", "", "Enter the last day"),
        ("2026-12-20", "2026-12-19", "The last day can’t be before the first"),
        ("2026-11-01", "2026-11-02", "Choose a date that isn’t in the past"),
        ("2026-12-24", "2026-12-31", "You already have time off on some of these days"),
    ],
)
def test_time_off_refuses_in_words_and_keeps_what_was_typed(client, profile, first, last, message):
    TimeOff.objects.create(schedule=profile.schedule, first=date(2026, 12, 24), last=date(2026, 12, 26))
    response = client.post("/mentor/availability/time-off/add/", {"first": first, "last": last})
    assert response.status_code == 422
    assert summary_of(response) == [message]
    assert [inputs(response, name) for name in ("first", "last")] == [[first], [last]]
    assert TimeOff.objects.count() == 1


def test_another_mentors_dates_do_not_exist(client, bob):
    schedule = make_mentor(bob).schedule
    override = DateOverride.objects.create(schedule=schedule, date=date(2026, 12, 4), minutes=[])
    away = TimeOff.objects.create(schedule=schedule, first=date(2026, 12, 4), last=date(2026, 12, 4))
    for url in (f"/mentor/availability/dates/{override.pk}/", f"/mentor/availability/time-off/{away.pk}/"):
        assert client.get(url).status_code == 404
        assert client.post(url, {"delete": "1"}).status_code == 404
    assert client.get(f"/mentor/availability/dates/{10**30}/").status_code == 404
    assert (DateOverride.objects.get(), TimeOff.objects.get()) == (override, away)


def test_dates_before_a_week_is_saved_lead_to_the_reason(client_for, bob, now):
    make_mentor(bob).schedule.delete()
    response = client_for(bob).post("/mentor/availability/dates/add/", {"day": "2026-12-12", "kind": "closed"})
    assert summary_of(response) == ["Save your normal week first"]


@pytest.mark.parametrize("path", ["dates/add/", "time-off/add/"])
def test_no_date_is_offered_before_a_week_is_saved(client_for, bob, now, path):
    mentor = make_mentor(bob)
    client, add = client_for(bob), f"{URL}{path}"
    assert add in links_in(markup_of(client.get(URL)))
    mentor.schedule.delete()

    assert add not in links_in(markup_of(client.get(URL)))
    led = client.get(add, follow=True)
    assert led.request["PATH_INFO"] == URL
    assert refusals_in(markup_of(led)) == ["no_schedule"]


def test_book_still_sees_what_the_page_promised(client, profile, bob, offer):
    """What the page counts can be booked: the soonest it names is accepted."""
    response = client.post(URL, form_data([(3, 540, 570)]), follow=True)
    assert shown_times(response) == (1, "tomorrow, 09:00")
    start = datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert book(offer, bob, start).start == start
