"""The page of staff about people who miss a lot."""

from datetime import timedelta

import pytest

from sessions_app.models import LedgerReview, Role
from staff.queues import list_queues
from tests.conftest import NOW
from tests.markup import links_in, markup_of
from tests.sessions_app.helpers.ledger import miss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/staff/missed/"


@pytest.fixture
def review(offer, bob) -> LedgerReview:
    miss(offer, bob, *(NOW - timedelta(hours=number) for number in range(1, 5)))
    return LedgerReview.objects.create(person=bob, side=Role.MENTEE, number=4, opened_at=NOW)


def test_review_is_listed_with_what_counts_and_closed_with_words(client_for, review, maria, bob):
    client = client_for(maria)
    page = markup_of(client.get(PAGE))
    assert f"/staff/people/{bob.uuid}/" in links_in(page)
    assert len([link for link in links_in(page) if link.startswith("/staff/sessions/")]) == 4

    empty = client.post(PAGE, {"review": review.pk, "words": ""})
    done = client.post(PAGE, {"review": review.pk, "words": "He was ill."})
    late = client.post(PAGE, {"review": review.pk, "words": "He was ill."})

    assert (empty.status_code, done.status_code, late.status_code) == (422, 302, 409)
    review.refresh_from_db()
    assert (review.words, review.closed_by) == ("He was ill.", maria)


@pytest.mark.parametrize("number", ["0", "x", "", "9" * 30, "²"])
def test_unknown_review_is_not_found(client_for, review, maria, number):
    assert client_for(maria).post(PAGE, {"review": number, "words": "?"}).status_code == 404


def test_queue_counts_open_reviews(review, maria):
    [queue] = [queue for queue in list_queues(maria, now=NOW) if queue.key == "staff_ledgers"]

    assert (queue.count, queue.oldest) == (1, NOW)
