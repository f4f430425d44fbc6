"""Where two people share several programmes, the mentee chooses which one a session counts for."""

import pytest
from django.urls import reverse

from programmes.pairs import list_shared
from programmes.rules import Rules, change_rules, rules_mark
from sessions_app.models import Booking
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import markup_of, refusals_in
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


def send(client, offer, **more):
    said = {"offer": offer.uuid, "key": "k", "start": THURSDAY.isoformat(), "question": "How do I say no?"}
    return client.post(reverse("book", args=[offer.profile.slug]), said | more)


def test_the_page_asks_and_the_session_counts_for_what_was_chosen(client_for, shared, offer, bob):
    client = client_for(bob)
    page = client.get(reverse("mentor_detail", args=[offer.profile.slug])).content.decode()
    assert all(f'name="programme" value="{one.slug}"' in page for one in shared)

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
    """Its refusal leaves the form, so that the other can be chosen."""
    full = Rules(most_sessions=1)
    change_rules(programme=shared[1], given=full, by=dora, now=NOW, seen=rules_mark(shared[1]))
    client = client_for(bob)
    send(client, offer, programme=shared[1].slug)
    Booking.objects.update(state="completed")

    later = THURSDAY.replace(hour=THURSDAY.hour + 1).isoformat()
    refused = send(client, offer, key="2", start=later, programme=shared[1].slug)
    assert refusals_in(markup_of(refused)) == ["quota"]
    assert 'name="programme"' in refused.content.decode()
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
