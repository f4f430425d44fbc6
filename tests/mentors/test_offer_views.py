from uuid import uuid4

import pytest
from django.contrib.messages import get_messages

from mentors.models import Offer
from mentors.offers import MAX_OFFERS, offer_mark
from tests.markup import forms_in, links_in, markup_of, problems_in
from tests.mentors.conftest import queries_of

pytestmark = pytest.mark.django_db
OFFERS = "/mentor/offers/"
GOOD = {"length": "45", "format": "phone", "at_once": "no"}


@pytest.fixture
def client(client_for, live_profile):
    return client_for(live_profile.person)


def told(response) -> list[str]:
    """The code of each refusal that the next page shows."""
    return [message.extra_tags for message in get_messages(response.wsgi_request)]


def test_offer_is_added_with_all_it_has(client, live_profile, topic):
    data = GOOD | {
        "title": " Read\nmy CV ",
        "issue_types": ["feedback"],
        "topics": [topic.pk],
        "question_1": "Which job is it for?",
        "question_3": "By when?",
    }

    response = client.post(f"{OFFERS}add/", data)

    offer = live_profile.offers.get(length=45)
    assert response.headers["Location"] == OFFERS
    assert (offer.title, offer.format, offer.instant) == ("Read my CV", "phone", False)
    assert (offer.issue_types, list(offer.topics.all())) == (["feedback"], [topic])
    assert offer.questions == ["Which job is it for?", "By when?"]


def test_an_offer_in_writing_needs_neither_length_nor_how_it_is_booked(client, live_profile):
    client.post(f"{OFFERS}add/", {"format": "writing"})
    offer = live_profile.offers.in_writing().get()
    assert (str(offer), offer.length, offer.instant) == ("In writing", 15, True)

    response = client.post(f"{OFFERS}add/", {"format": "video"})
    assert response.status_code == 422
    assert {"length", "at_once"} == set(response.context["form"].errors)


def test_offer_form_keeps_what_was_typed(client, live_profile):
    response = client.post(f"{OFFERS}add/", {"title": "Half an hour", "length": "26"})

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="Half an hour"' in page
    assert set(response.context["form"].errors) == {"length", "format", "at_once"}
    assert len(problems_in(page)) == 3
    assert live_profile.offers.count() == 1


def test_offer_is_changed(client, live_profile):
    offer = live_profile.offers.get()

    client.post(f"{OFFERS}{offer.uuid}/", GOOD | {"title": "New title"})

    offer.refresh_from_db()
    assert (offer.title, offer.length) == ("New title", 45)


@pytest.mark.parametrize("path", ["", "show/"])
def test_an_offer_of_another_mentor_is_not_found(client_for, draft_profile, live_profile, path):
    offer = live_profile.offers.get()
    stranger = client_for(draft_profile.person)

    theirs = stranger.post(f"{OFFERS}{offer.uuid}/{path}", GOOD | {"show": "no"})
    nobodys = stranger.post(f"{OFFERS}{uuid4()}/{path}", GOOD)

    offer.refresh_from_db()
    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert (offer.length, offer.is_active) == (25, True)


def test_offer_is_put_away_and_brought_back(client, live_profile):
    client.post(f"{OFFERS}add/", GOOD)
    offer = live_profile.offers.get(length=45)

    client.post(f"{OFFERS}{offer.uuid}/show/", {"show": "no"})
    offer.refresh_from_db()
    assert offer.is_active is False

    client.post(f"{OFFERS}{offer.uuid}/show/", {"show": "yes"})
    offer.refresh_from_db()
    assert offer.is_active is True


def test_the_only_offer_stays(client, live_profile):
    offer = live_profile.offers.get()

    response = client.post(f"{OFFERS}{offer.uuid}/show/", {"show": "no", "seen": offer_mark(offer)})

    offer.refresh_from_db()
    assert offer.is_active is True
    assert told(response) == ["last"]


def test_no_page_offers_to_archive_the_only_offer(client, live_profile):
    switch = f"{OFFERS}{live_profile.offers.get().uuid}/show/"
    page = markup_of(client.get(OFFERS))
    assert switch not in forms_in(page)
    assert "/mentor/availability/time-off/add/" in links_in(page)

    live_profile.offers.create(length=45)
    assert switch in forms_in(markup_of(client.get(OFFERS)))


def test_no_page_offers_one_more_than_there_can_be(client, live_profile):
    archived = live_profile.offers.create(length=45, is_active=False)
    restore = f"{OFFERS}{archived.uuid}/show/"
    assert restore in forms_in(markup_of(client.get(OFFERS)))
    Offer.objects.bulk_create(Offer(profile=live_profile) for _ in range(MAX_OFFERS - 1))

    page = markup_of(client.get(OFFERS))

    assert restore not in forms_in(page)
    assert f"{OFFERS}add/" not in links_in(page)
    assert client.get(f"{OFFERS}add/").headers["Location"] == OFFERS


def test_offers_are_not_without_end(client, live_profile):
    Offer.objects.bulk_create(Offer(profile=live_profile) for _ in range(MAX_OFFERS - 1))

    response = client.post(f"{OFFERS}add/", GOOD)

    assert response.status_code == 422
    assert response.context["form"].has_error("__all__", "too_many")
    assert live_profile.offers.count() == MAX_OFFERS


def test_switching_an_offer_needs_post(client, live_profile):
    offer = live_profile.offers.get()

    assert client.get(f"{OFFERS}{offer.uuid}/show/").status_code == 405


def test_offers_page_takes_the_same_queries_for_one_and_three(client, live_profile):
    before = queries_of(client, OFFERS)
    Offer.objects.bulk_create(Offer(profile=live_profile, length=length) for length in (15, 45))

    assert queries_of(client, OFFERS) == before <= 8
    assert client.get(OFFERS).content.decode().count("<h3>") == 3
