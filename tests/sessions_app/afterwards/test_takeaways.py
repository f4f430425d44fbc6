"""What both write down, and the card that is left."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from sessions_app.afterwards.followups import NextStepInput, write_next_step
from sessions_app.afterwards.takeaways import write_takeaway
from sessions_app.errors import SessionError
from sessions_app.models import Takeaway
from tests.markup import elements_of, ids_in, markup_of
from tests.sessions_app.conftest import THURSDAY
from tests.sessions_app.helpers.pages import text_of

pytestmark = pytest.mark.django_db
LAST = THURSDAY + timedelta(minutes=21)


def test_each_has_a_line_that_both_read_and_can_take_away_again(booking, alice, bob):
    for by, text in ((alice, "Ask for the level"), (bob, "One"), (bob, "Two")):
        write_takeaway(booking=booking, text=text, by=by, now=LAST)
    assert set(Takeaway.objects.values_list("author", "text")) == {(alice.pk, "Ask for the level"), (bob.pk, "Two")}

    write_takeaway(booking=booking, text="", by=bob, now=LAST)

    assert Takeaway.objects.get().author == alice


@pytest.mark.parametrize(
    ("moment", "code"), [(THURSDAY - timedelta(minutes=1), "too_early"), (LAST + timedelta(days=15), "too_late")]
)
def test_it_is_written_from_the_start_until_two_weeks_after(booking, bob, moment, code):
    with pytest.raises(SessionError) as refused:
        write_takeaway(booking=booking, text="One", by=bob, now=moment)

    assert (refused.value.code, Takeaway.objects.count()) == (code, 0)


def test_it_shows_in_the_last_minutes_and_the_step_is_on_the_mentees_card_alone(booking, alice, bob, client_for):
    write_next_step(booking=booking, step=NextStepInput("he asks", "say it", date(2026, 11, 30)), by=bob, now=THURSDAY)
    page, card = reverse("session", args=[booking.uuid]), reverse("session_card", args=[booking.uuid])
    text = reverse("session_card_text", args=[booking.uuid])
    with time_machine.travel(LAST - timedelta(minutes=2), tick=False):
        early = client_for(bob).get(page)
    with time_machine.travel(LAST, tick=False):
        client_for(alice).post(reverse("session_takeaway", args=[booking.uuid]), {"text": "Ask for the level"})
        mine, theirs = (client_for(person).get(card) for person in (bob, alice))
        shown = client_for(bob).get(page)
        kept = client_for(bob).get(text)

    assert ["takeaways-title" in ids_in(markup_of(response)) for response in (early, shown)] == [False, True]
    assert "Ask for the level" in elements_of(markup_of(shown), "div", id="their-takeaway")[0].text
    [step] = elements_of(markup_of(mine), "section", aria_labelledby="card-step")
    assert ("he asks" in step.text, "say it" in step.text, "he asks" in text_of(theirs)) == (True, True, False)
    assert kept.content.decode() == (
        "My takeaways\n\n25 minutes with Alice Adair, Thursday 26 November, 20:00\n\nMy question:\n"
        "Should I take the counter-offer?\n\nFrom Alice:\nAsk for the level\n\n"
        "Next step:\nIf he asks, then I will say it\nBy Monday 30 November 2026.\n"
    )
    assert kept["Content-Disposition"] == 'attachment; filename="what-i-left-with.txt"'


def test_what_is_typed_wrongly_is_said_and_kept_in_the_field(booking, bob, client_for):
    with time_machine.travel(LAST, tick=False):
        response = client_for(bob).post(reverse("session_takeaway", args=[booking.uuid]), {"text": "x" * 501})

    assert (response.status_code, Takeaway.objects.count()) == (422, 0)
    assert "x" * 501 in response.content.decode()
