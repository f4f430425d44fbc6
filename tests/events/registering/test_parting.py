"""Office hours of someone from whom a person has parted."""

import pytest

from events.models import Registration
from events.registering.emails import render_left
from events.registering.notices import News
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from events.registering.parting import list_places
from notifications.models import Notification
from tests.apart import keep_apart
from tests.conftest import NOW, at
from tests.events.making import come, make_guests
from trust.models import SeparationKind
from trust.separations import rejoin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def hours(alice):
    said = OfficeHoursInput("Ask me", "", at("2026-11-26 14:00"), 45, 2)
    return offer_office_hours(host=alice, said=said, now=NOW)


@pytest.mark.parametrize("by_host", [True, False])
@pytest.mark.parametrize(("kind", "state"), [(SeparationKind.BLOCK, "cancelled"), (SeparationKind.NOT_AGAIN, "in")])
def test_who_parts_from_the_host_has_no_place_any_more(
    hours, alice, bob, by_host, kind, state, django_capture_on_commit_callbacks
):
    other, third = make_guests(2)
    mine, theirs, waiting = (come(hours, one) for one in (bob, other, third))
    one, another = (alice, bob) if by_host else (bob, alice)
    assert len(list_places(one, another, NOW)) == 1

    with django_capture_on_commit_callbacks(execute=True):
        keep_apart(one, another, kind=kind)

    for registration in (mine, theirs, waiting):
        registration.refresh_from_db()
    assert (mine.state, theirs.state) == (state, "in")
    assert waiting.is_in == (state == "cancelled")


def test_the_mail_is_the_same_whoever_of_the_two_parted(hours, alice, bob, django_capture_on_commit_callbacks):
    texts = []
    for one, another in ((alice, bob), (bob, alice)):
        come(hours, bob)
        with django_capture_on_commit_callbacks(execute=True):
            keep_apart(one, another, kind=SeparationKind.BLOCK)
        row = Notification.objects.filter(kind=News.LEFT).latest("pk")
        texts.append(render_left(row, NOW).text)
        rejoin(person=one, other=another, now=NOW)

    assert texts[0] == texts[1]
    assert "Thank you" not in texts[0]
    assert Registration.objects.get(person=bob).state == "cancelled"
