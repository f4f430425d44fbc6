from datetime import timedelta

import pytest

from events.afterwards import forgetting
from events.afterwards.forgetting import forget_old_events
from events.models import Event, Pairing, PairMessage, Plan, Registration, Wish, WishKind
from tests.events.afterwards.evening import CLOSED, close
from tests.events.making import come, make_event

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def kept(over, maria):
    """What there is to forget of an event that took place."""
    Registration.objects.filter(pk=over.bob.pk).update(access_needs="A companion’s chair")
    for kind, by, about in ((WishKind.NO, over.bob, over.alice), (WishKind.MUST, over.alice, over.bob)):
        Wish.objects.create(event=over.event, by=by, about=about, kind=kind)
    PairMessage.objects.create(pairing=over.pair, registration=over.bob, text="Two minutes late", at=CLOSED)
    Plan.objects.create(event=over.event, number=1, state="proposed", by=maria, asked_at=CLOSED)
    return over


def counts() -> tuple[int, ...]:
    needs = Registration.objects.exclude(access_needs="").count()
    return needs, *(model.objects.count() for model in (Wish, PairMessage, Pairing, Plan))


def test_private_things_go_after_30_days(kept):
    assert (forget_old_events(now=kept.event.end + 30 * DAY), counts()) == (0, (1, 2, 1, 1, 1))
    assert (forget_old_events(now=kept.event.end + 31 * DAY), counts()) == (3, (0, 1, 0, 1, 1))
    assert forget_old_events(now=kept.event.end + 31 * DAY) == 0


def test_who_met_whom_goes_after_two_years(kept, client_for, maria):
    forget_old_events(now=kept.event.end + 731 * DAY)

    assert counts() == (0, 0, 0, 0, 0)
    assert Event.objects.get().state == "archived"
    assert set(Registration.objects.values_list("question", "board_name", "state")) == {("", "", "in")}
    assert forget_old_events(now=kept.event.end + 732 * DAY) == 0
    page = client_for(maria).get(f"/events/{kept.event.slug}/report/").content.decode()
    assert "data-measure" not in page


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_what_was_never_held_is_emptied_and_not_shown_as_held(event, bob, client_for, state):
    come(event, bob)
    Event.objects.update(state=state)
    late = event.end + 731 * DAY

    forget_old_events(now=late)

    assert Event.objects.get().state == state
    assert Registration.objects.get().board_name == ""
    assert [row.event for row in client_for(bob).get("/events/").context["page"].past] == []


def test_emptied_events_keep_no_others_from_being_emptied(event, maria, bob, monkeypatch):
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    come(event, bob)
    Event.objects.update(state="cancelled")
    held = close(make_event(maria, title="Held"))

    for _night in range(2):
        forget_old_events(now=event.end + 731 * DAY)

    held.refresh_from_db()
    assert held.state == "archived"
