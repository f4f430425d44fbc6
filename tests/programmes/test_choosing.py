"""Where two people share several programmes, the mentee chooses which one a session counts for."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programmes.pairs import list_shared
from programmes.rules import Rules, change_rules, rules_mark
from sessions_app.models import Booking
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import elements_in, elements_of, markup_of, refusals_in
from tests.programmes.making import let_in
from tests.sessions_app.conftest import THURSDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def shared(programme, other, alice, dora, bob, offer):
    """bob and the mentor of `offer` are in both."""
    for one, manager in ((programme, alice), (other, dora)):
        let_in(bob, one, manager)
        let_in(offer.profile.person, one, manager, gives=True, asks=False)
    bob.refresh_from_db()
    return [programme, other]


def choices_in(page):
    """Whether each programme that can be chosen is the one whose times are shown, by its slug."""
    choices = [choice.attributes for choice in elements_in(page, "button", id="programmes")]
    choices += [choice.attributes for choice in elements_in(page, "a", id="programmes")]
    asked = [(parse_qs(urlsplit(one.get("formaction") or one["href"]).query), one) for one in choices if is_option(one)]
    return {query["programme"][0]: "aria-current" in one for query, one in asked}


def is_option(attributes):
    return attributes["class"] == "lenopt"


def rule(programme, manager, **rules):
    change_rules(programme=programme, given=Rules(**rules), by=manager, now=NOW, seen=rules_mark(programme))


def page_of(client, mentor, **address):
    return client.get(reverse("mentor_detail", args=[mentor.slug]), address)


def send(client, offer, **more):
    said = {"offer": offer.uuid, "key": "k", "start": THURSDAY.isoformat(), "question": "How do I say no?"}
    return client.post(reverse("book", args=[offer.profile.slug]), said | more)


def test_the_page_asks_and_the_session_counts_for_what_was_chosen(client_for, shared, offer, bob):
    client = client_for(bob)
    page = markup_of(client.get(reverse("mentor_detail", args=[offer.profile.slug])))
    # By name
    assert choices_in(page) == {shared[0].slug: False, shared[1].slug: True}
    assert f'name="programme" value="{shared[1].slug}"' in page

    send(client, offer, programme=shared[1].slug)

    assert Booking.objects.get().programme == shared[1]


@pytest.mark.parametrize(("said", "code"), [({}, "required"), ({"programme": "elsewhere"}, "invalid_choice")], ids=str)
def test_without_one_that_both_share_nothing_is_booked(client_for, shared, offer, bob, said, code):
    answer = send(client_for(bob), offer, **said)

    assert (answer.status_code, codes_of(answer.context["form"])) == (422, {"programme": [code]})
    assert not Booking.objects.exists()


def test_who_shares_one_is_not_asked_and_an_old_choice_is_refused(client_for, programme, alice, bob, offer):
    let_in(bob, programme, alice)
    let_in(offer.profile.person, programme, alice, gives=True, asks=False)
    client = client_for(bob)

    assert 'name="programme"' not in client.get(reverse("mentor_detail", args=[offer.profile.slug])).content.decode()
    assert send(client, offer, programme="elsewhere").status_code == 422
    send(client, offer)
    assert Booking.objects.get().programme == programme


def test_a_limit_is_of_the_chosen_one_alone(client_for, shared, offer, bob, dora):
    """Its refusal leaves the other to choose, and says that it has times."""
    rule(shared[1], dora, most_sessions=1)
    client = client_for(bob)
    send(client, offer, programme=shared[1].slug)
    Booking.objects.update(state="completed")

    later = THURSDAY.replace(hour=THURSDAY.hour + 1).isoformat()
    refused = send(client, offer, key="2", start=later, programme=shared[1].slug)
    assert refusals_in(markup_of(refused)) == ["quota"]
    [other] = elements_of(markup_of(refused), "p", data_part="other-programme")
    assert shared[0].name in other.text
    send(client, offer, key="2", start=later, programme=shared[0].slug)
    assert Booking.objects.latest("pk").programme == shared[0]


def test_programs_name_one_or_none(program, shared, offer, bob):  # noqa: F811
    client = program(bob)
    said = {"offer": str(offer.uuid), "start": THURSDAY.isoformat(), "brief": {"question": "How do I say no?"}}

    status, answer = client.post("bookings/", said | {"programme": "elsewhere"})
    assert (status, answer["code"]) == (409, "not_shared")
    status, answer = client.post("bookings/", said | {"programme": shared[1].slug})
    assert (status, answer["programme"]) == (201, shared[1].slug)


def test_nothing_is_read_for_who_is_in_none(bob, offer, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert list_shared(bob, offer.profile.person, now=NOW) == []
        assert list_shared(None, offer.profile.person, now=NOW) == []


def test_times_and_offers_are_those_of_the_chosen_one(client_for, shared, offer, bob, dora):
    rule(shared[1], dora, lengths=[45])
    client = client_for(bob)

    for one, has_times in zip(shared, (True, False), strict=True):
        page = page_of(client, offer.profile, programme=one.slug)
        assert bool(page.context["picker"]) == has_times
        assert choices_in(markup_of(page))[one.slug]
    # Where the chosen one leaves none, the page says which other does.
    [other] = elements_of(markup_of(page), "p", data_part="other-programme")
    assert shared[0].name in other.text
    assert refusals_in(markup_of(page)) == ["session_kind"]
    assert refusals_in(markup_of(send(client, offer, programme=shared[1].slug))) == ["session_kind"]


def test_an_address_that_names_none_opens_the_first_that_leaves_the_time(client_for, shared, offer, bob, dora):
    rule(shared[1], dora, lengths=[45])

    page = page_of(client_for(bob), offer.profile, offer=str(offer.uuid), t="2026-11-26T14:30Z")

    assert choices_in(markup_of(page)) == {shared[0].slug: True, shared[1].slug: False}
    assert page.context["picker"].chosen == THURSDAY


def test_a_choice_goes_along_with_each_link_of_its_times(client_for, shared, offer, bob):
    page = page_of(client_for(bob), offer.profile, programme=shared[1].slug)

    assert f"programme={shared[1].slug}" in page.context["opener"].address
    options = elements_of(markup_of(page), "button", class_="lenopt")
    lengths = [address for one in options if "offer=" in (address := one.attributes["formaction"])]
    assert lengths
    assert all(f"programme={shared[1].slug}" in address for address in lengths)


def test_a_form_without_a_choice_keeps_what_was_typed_and_says_so_beside_the_choice(client_for, shared, offer, bob):
    page = markup_of(send(client_for(bob), offer))

    [nav] = elements_of(page, "nav", id="programmes")
    assert [one for one in elements_of(page, "p", class_="error") if nav.start < one.start < nav.end]
    [question] = elements_of(page, "textarea")
    assert question.text.strip() == "How do I say no?"


def test_programs_read_what_a_choice_leaves(program, shared, offer, bob, dora):  # noqa: F811
    rule(shared[1], dora, lengths=[45])
    calls, slots = program(bob), f"mentors/{offer.profile.slug}/slots/"
    asked = {"offer": str(offer.uuid), "timezone": "UTC", "from": "2026-11-26", "to": "2026-11-26"}

    first, second = (calls.get(slots, **asked, programme=one.slug)[1] for one in shared)
    assert (bool(first["slots"]), first["limit"]) == (True, None)
    assert (second["slots"], second["limit"]["code"]) == ([], "session_kind")
    assert calls.get(slots, **asked, programme="elsewhere")[1]["code"] == "not_shared"
    assert program().get(slots, **asked, programme=shared[0].slug)[1]["code"] == "not_shared"
    found = [calls.get("mentors/", programme=one.slug)[1]["results"] for one in shared]
    assert [[mentor["slug"] for mentor in mentors] for mentors in found] == [[offer.profile.slug], []]
    assert calls.get("mentors/", programme="elsewhere")[1]["code"] == "not_shared"
    assert program().get("mentors/", programme=shared[0].slug)[0] == 401
    said = {"offer": str(offer.uuid), "start": THURSDAY.isoformat(), "brief": {"question": "How do I say no?"}}
    status, answer = calls.post("bookings/", said | {"programme": shared[1].slug})
    assert (status, answer["code"]) == (409, "session_kind")


def counts_for(answer):
    """What stands on the page about it, or None."""
    found = [one.text for one in elements_of(markup_of(answer), "p", data_part="counts-for")]
    assert len(found) < 2
    return found[0] if found else None


def share(programme, manager, mentee, mentor):
    let_in(mentee, programme, manager)
    let_in(mentor, programme, manager, gives=True, asks=False)


def test_the_form_says_what_a_session_counts_for_and_what_is_used(client_for, programme, alice, dora, bob, offer):
    client = client_for(bob)
    assert counts_for(page_of(client, offer.profile)) is None

    share(programme, alice, bob, offer.profile.person)
    said = counts_for(page_of(client, offer.profile))
    assert programme.name in said
    assert not any(letter.isdigit() for letter in said)

    rule(programme, alice, most_sessions=3)
    assert "0 of 3" in counts_for(page_of(client, offer.profile))
    send(client, offer)
    Booking.objects.update(state="completed")
    assert "1 of 3" in counts_for(page_of(client, offer.profile))
    for reader in (client_for(offer.profile.person), client_for(dora), Client()):
        assert counts_for(page_of(reader, offer.profile)) is None


def test_of_several_the_form_says_the_chosen_one(client_for, shared, offer, bob):
    client = client_for(bob)
    for one, another in (shared, shared[::-1]):
        said = counts_for(page_of(client, offer.profile, programme=one.slug))
        assert one.name in said
        assert another.name not in said


def test_a_part_of_the_page_brings_it_along(client_for, shared, offer, bob):
    part = client_for(bob).get(
        reverse("mentor_detail", args=[offer.profile.slug]),
        {"programme": shared[0].slug, "day": "2026-11-26"},
        headers={"HX-Request": "true"},
    )

    assert shared[0].name in counts_for(part)


def test_the_page_of_a_session_says_to_both_what_it_counts_for(client_for, programme, alice, bob, charlie, offer):
    mentor, later = offer.profile.person, THURSDAY.replace(hour=THURSDAY.hour + 1).isoformat()
    share(programme, alice, bob, mentor)
    send(client_for(bob), offer)
    send(client_for(charlie), offer, key="2", start=later)
    asked = {}
    for mentee, name in ((bob, programme.name), (charlie, None)):
        page = reverse("session", args=[Booking.objects.get(mentee=mentee).uuid])
        for reader in (mentee, mentor):
            client = client_for(reader)
            client.get(page)
            with CaptureQueriesContext(connection) as statements:
                said = counts_for(client.get(page))
            assert (name in said) if name else said is None
            asked[mentee, reader] = len(statements)

    # One statement reads a session together with its programme.
    assert asked[bob, mentor] == asked[charlie, mentor]
