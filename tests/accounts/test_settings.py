"""Name, clock, time zone and appearance, for people and for guests."""

import gzip

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.middleware import TimezoneMiddleware
from accounts.models import User
from accounts.roles import staff_required
from accounts.rules.zone_choices import city_suggestions, zone_groups
from accounts.viewing import viewer_hour12, viewer_zone
from common.zones import zone_names
from mentors.models import MentorProfile, ProfileState
from tests.form_codes import codes_of
from tests.markup import alerts_in, answers_in, elements_of, markup_of, problems_in
from tests.signing_in import sign_in

SETTINGS, ZONE = "/settings/", "/time-zone/"
pytestmark = pytest.mark.django_db


def ask(user=None, **cookies):
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request.COOKIES |= cookies
    return request


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("Europe%2FLisbon", "Europe/Lisbon"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("../../etc/passwd", "UTC"),
        ("Europe/Lisbon\x00", "UTC"),
        ("Etc/GMT+12", "UTC"),
        ("", "UTC"),
        ("x" * 10_000, "UTC"),
    ],
)
def test_cookie_of_a_guest_counts_only_through_the_list(cookie, zone):
    assert viewer_zone(ask(tz=cookie)) == zone


def test_saved_zone_comes_before_the_cookie(bob):
    assert viewer_zone(ask(bob, tz="Europe/Lisbon")) == "Asia/Kolkata"
    bob.timezone = ""
    assert viewer_zone(ask(bob, tz="Europe/Lisbon")) == "Europe/Lisbon"
    bob.timezone = "Mars/Olympus"
    assert viewer_zone(ask(bob)) == "UTC"


def test_clock_is_the_persons_own(bob):
    assert (viewer_hour12(ask()), viewer_hour12(ask(bob))) == (False, False)
    bob.hour_cycle = "12"
    assert viewer_hour12(ask(bob)) is True


@pytest.mark.parametrize(
    ("languages", "zone", "hour12"),
    [
        ("en-US,en;q=0.9", "America/New_York", True),
        ("en-us", "Pacific/Honolulu", True),
        ("en;q=0.4, en-US;q=0.8", "America/Denver", True),
        ("en-IN,hi;q=0.9", "Asia/Calcutta", True),
        ("ar-EG", "Africa/Cairo", True),
        ("en-CA", "America/Toronto", True),
        ("fr-CA,en-CA;q=0.8", "America/Toronto", False),  # 14 h 30
        ("de-DE,de;q=0.9,en-US;q=0.8", "Europe/Berlin", False),
        ("de,en-US;q=0.7,en;q=0.3", "America/New_York", False),
        ("en-US,en;q=0.9", "Europe/Berlin", False),  # the browser of many who have never been in the USA
        ("en-US,en;q=0.9", "", False),
        ("en-US,en;q=0.9", "UTC", False),
        ("en", "America/New_York", False),
        ("xx-US", "America/New_York", False),
        ("en-x-US", "America/New_York", False),
        ("-US", "America/New_York", False),
        ("en-US\x00", "America/New_York", False),
        ("*", "America/New_York", False),
        ("en-US," * 10_000, "America/New_York", True),
        ("", "America/New_York", False),
    ],
)
def test_a_guests_clock_is_that_of_the_language_where_the_zone_lies_in_its_country(languages, zone, hour12):
    request = ask(tz=zone)
    request.META["HTTP_ACCEPT_LANGUAGE"] = languages
    assert viewer_hour12(request) is hour12


def test_a_saved_clock_comes_before_the_browsers(bob):
    request = ask(bob, tz="America/New_York")
    request.META["HTTP_ACCEPT_LANGUAGE"] = "en-US"
    assert viewer_hour12(request) is False


def test_a_person_without_a_zone_gets_zone_and_clock_of_their_browser(client, bob):
    User.objects.filter(pk=bob.pk).update(timezone="")
    client.cookies["tz"] = "America/Chicago"
    sign_in(client, bob)
    client.get(SETTINGS, headers={"accept-language": "en-US,en;q=0.9"})
    bob.refresh_from_db()
    assert (bob.timezone, bob.hour12) == ("America/Chicago", True)


@pytest.mark.parametrize(("cookie", "name"), [("Europe/Lisbon", "Europe/Lisbon"), ("nowhere", "UTC")])
def test_middleware_draws_the_page_in_the_readers_zone_and_leaves_none_behind(cookie, name):
    before = timezone.get_current_timezone_name()
    page = TimezoneMiddleware(lambda request: HttpResponse(timezone.get_current_timezone_name()))
    assert page(ask(tz=cookie)).content.decode() == name
    assert timezone.get_current_timezone_name() == before


def test_every_page_knows_its_reader(client_for, alice, bob, django_assert_num_queries):
    page = client_for(alice).get(ZONE)
    context = page.context
    assert (context["viewer_zone"], context["zone_is_known"], context["viewer_hour12"]) == (
        "Europe/London",
        True,
        False,
    )
    assert context["viewer_profile"] == alice.mentor_profile
    assert bool(client_for(bob).get(ZONE).context["viewer_profile"]) is False


def test_staff_pages_do_not_exist_for_others(bob, maria):
    page = staff_required(lambda request, word: HttpResponse(word))
    assert page(ask(maria), word="in").content == b"in"
    with pytest.raises(Http404):
        page(ask(bob), word="in")


def test_guest_chooses_a_zone_and_comes_back(client, db):
    answer = client.post(ZONE, {"city": "", "zone": "Asia/Tokyo", "next": "/mentors/?q=pay"})
    assert answer["Location"] == "/mentors/?q=pay"
    assert client.cookies["tz"].value == "Asia/Tokyo"
    page = client.get(ZONE)
    assert (answers_in(markup_of(page)), "Tokyo" in alerts_in(markup_of(page))[0]) == (["ok"], True)
    assert page.context["viewer_zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Calcutta", "Asia/Kolkata"),
        ("  kiev ", "Europe/Kyiv"),
        ("EST", "America/New_York"),
        ("new  york", "America/New_York"),
    ],
)
def test_zone_is_understood_as_people_type_it_and_saved(client_for, bob, typed, zone):
    client_for(bob).post(ZONE, {"city": typed, "zone": "Europe/Lisbon"})
    bob.refresh_from_db()
    assert bob.timezone == zone


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        ({"city": "Atlantis"}, "city", "city"),
        ({"city": "<b>"}, "city", "city"),
        ({"zone": "Mars/Olympus"}, "zone", "zone"),
        ({"zone": "EST5EDT"}, "zone", "zone"),
        ({"city": ""}, "city", "required"),
        ({"city": "x" * 65}, "city", "max_length"),
    ],
)
def test_zone_nobody_knows_is_refused_and_kept(client_for, bob, data, field, code):
    answer = client_for(bob).post(ZONE, data)
    bob.refresh_from_db()
    assert codes_of(answer.context["form"]) == {field: [code]}
    assert answer.context["form"][field].value() == data[field]
    assert bob.timezone == "Asia/Kolkata"
    assert "<b>" not in markup_of(answer).partition("error-summary")[2].partition("</ul>")[0]


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/x", "/\\evil.example", "javascript:alert(1)"]
)
def test_zone_page_never_leads_elsewhere(client, db, address):
    assert client.post(ZONE, {"zone": "Asia/Tokyo", "next": address})["Location"] == "/"
    assert client.post("/settings/appearance/", {"theme": "dark", "next": address})["Location"] == "/"


def test_looking_at_a_suggested_zone_changes_nothing(client_for, bob):
    page = client_for(bob).get(ZONE, {"zone": "Europe/Lisbon", "next": "/sessions/"})
    bob.refresh_from_db()
    assert '<option value="Europe/Lisbon" selected>' in markup_of(page)
    assert (bob.timezone, page.cookies.get("tz")) == ("Asia/Kolkata", None)


def test_zone_list_holds_every_zone_once_with_its_time(now):
    groups = zone_groups(now, hour12=False)
    names = [name for _, zones in groups for name, _ in zones]
    assert sorted(names) == list(zone_names())
    labels = {name: label for _, zones in groups for name, label in zones}
    assert labels["Europe/London"] == "London — 13:46"
    assert labels["Asia/Kolkata"] == "Kolkata — 19:16"
    assert labels["America/Indiana/Knox"] == "Knox (Indiana) — 07:46"
    assert dict(city_suggestions(now, hour12=True))["Bengaluru"] == "7:16\xa0pm"
    assert "EST" not in dict(city_suggestions(now, hour12=True))


def test_zone_page_stays_light(client, db):
    assert len(gzip.compress(client.get(ZONE).content)) < 14_000


def test_settings_save_what_belongs_to_the_person(client_for, bob, charlie):
    client = client_for(bob)
    answer = client.post(SETTINGS, {"name": "Bob B. Bose", "hour_cycle": "12", "city": "", "zone": "Europe/Paris"})
    bob.refresh_from_db()
    charlie.refresh_from_db()
    assert answer["Location"] == SETTINGS
    assert (bob.name, bob.hour_cycle, bob.timezone) == ("Bob B. Bose", "12", "Europe/Paris")
    assert (charlie.name, charlie.timezone) == ("Charlie Chen", "Europe/London")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "required"),
        ("name", "buy at shop.com", "link"),
        ("name", "Bob\u202eesoB", "invisible"),
        ("name", "Bob <b>", "characters"),
        ("name", "x" * 81, "max_length"),
        ("hour_cycle", "13", "invalid_choice"),
    ],
)
def test_settings_refuse_and_keep_what_was_typed(client_for, bob, field, value, code):
    data = {"name": "Bob", "hour_cycle": "24", "city": "", "zone": "Asia/Kolkata"} | {field: value}
    answer = client_for(bob).post(SETTINGS, data)
    bob.refresh_from_db()
    assert codes_of(answer.context["person_form"]) == {field: [code]}
    assert answer.context["person_form"][field].value() == value
    assert len(problems_in(markup_of(answer))) == 1
    assert bob.name == "Bob Bose"


def test_fields_that_are_not_offered_are_not_taken(client_for, bob):
    sent = {
        "name": "Bob",
        "hour_cycle": "24",
        "zone": "Asia/Kolkata",
        "is_staff": "1",
        "email": "x@example.org",
        "pk": "1",
    }
    client_for(bob).post(SETTINGS, sent)
    bob.refresh_from_db()
    assert (bob.name, bob.is_staff, bob.is_superuser, bob.email) == ("Bob", False, False, "bob@example.org")


@pytest.mark.parametrize(("theme", "cookie"), [("dark", "dark"), ("light", "light"), ("system", ""), ("<x>", None)])
def test_colours_are_kept_in_the_browser_of_a_visitor(db, theme, cookie):
    """The form is on every page, so it works without a token, which would give each visitor a cookie."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/settings/appearance/", {"theme": theme, "next": "/mentors/"})
    assert answer["Location"] == "/mentors/"
    assert (answer.cookies["theme"].value if "theme" in answer.cookies else None) == cookie
    assert "csrf" not in client.get("/help/").cookies


def test_colours_saved_in_an_account_come_before_those_of_the_browser(client_for, bob, alice):
    client = client_for(bob)
    client.cookies["theme"] = "light"
    before = theme_of(client)
    client.post("/settings/appearance/", {"theme": "dark"})
    elsewhere, other = client_for(bob), client_for(alice)
    elsewhere.cookies["theme"] = other.cookies["theme"] = "light"

    assert (before, theme_of(client), theme_of(elsewhere), theme_of(other)) == ("light", "dark", "dark", "light")


def test_colours_of_the_device_can_be_saved_too(client_for, bob):
    client = client_for(bob)
    client.post("/settings/appearance/", {"theme": "system"})
    client.cookies["theme"] = "dark"

    assert theme_of(client) is None


def theme_of(client) -> str | None:
    (root,) = elements_of(markup_of(client.get("/help/")), "html")
    return root.attributes.get("data-theme")


def test_appearance_is_not_changed_by_opening_an_address(client, db):
    assert client.get("/settings/appearance/", {"theme": "dark"}).status_code == 405


def test_menu_of_a_mentor_leads_to_their_public_page_while_there_is_one(client_for, alice):
    public, own = "/mentors/alice-adair/", "/mentor/profile/"
    live = menu_links(client_for(alice))
    MentorProfile.objects.update(state=ProfileState.SUSPENDED)

    assert ({public, own} <= live, menu_links(client_for(alice)) & {public, own}) == (True, {own})


def test_menu_leads_to_the_admin_only_those_who_may_do_anything_there(client_for, bob, maria):
    User.objects.filter(pk=maria.pk).update(is_superuser=True)

    assert [("/admin/" in menu_links(client_for(person))) for person in (bob, maria)] == [False, True]


def menu_links(client) -> set[str | None]:
    page = markup_of(client.get("/help/"))
    (menu,) = [element for element in elements_of(page, "details") if "data-menu" in element.attributes]
    links = elements_of(page, "a")
    return {link.attributes["href"] for link in links if menu.start < link.start < menu.end}


def test_a_page_shown_again_leads_back_to_the_one_with_its_form(client, db):
    asked = {"HTTP_REFERER": "http://testserver/mentors/?q=x#y", "data": {"zone": "Nowhere/City"}}
    shown = [client.post("/time-zone/", **asked), client.post("/time-zone/", asked["data"]), client.get("/help/?a=b")]
    foreign = client.post("/time-zone/", asked["data"], HTTP_REFERER="https://elsewhere.example/x")

    assert [theme_next(page) for page in [*shown, foreign]] == [
        "/mentors/?q=x",
        "/time-zone/",
        "/help/?a=b",
        "/time-zone/",
    ]


def theme_next(page) -> str | None:
    return elements_of(markup_of(page), "input", name="next")[0].attributes["value"]
