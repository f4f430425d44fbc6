"""What organisers read of two people who have no meeting in a plan."""

import pytest

from events.models import Plan, Registration, Side, WishKind
from events.pages.absence import absence_text, why_not_together
from events.planning.plans import ask_plan
from events.planning.solving import solve_asked
from events.registering.acts import cancel_registration
from events.scheduling.reasons import WhyNot
from tests.conftest import NOW
from tests.events.making import come

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]


@pytest.fixture
def met(event, alice, bob, maria) -> tuple[Registration, Registration]:
    """A mentor and a mentee who meet in one round of the only plan."""
    mentor, mentee = come(event, alice, side=Side.MENTOR), come(event, bob)
    ask_plan(event=event, by=maria, now=NOW)
    solve_asked(now=NOW)
    return mentor, mentee


def find_why(mentee: Registration, mentor: Registration) -> WhyNot:
    return why_not_together(Plan.objects.get(), mentee.pk, mentor.pk).why


def read_why(mentee: Registration, mentor: Registration) -> str:
    people = {one.pk: one for one in Registration.objects.filter(event=mentee.event)}
    return absence_text(why_not_together(Plan.objects.get(), mentee.pk, mentor.pk), people)


def test_there_may_be_a_round_for_them(event, met, charlie):
    assert find_why(come(event, charlie), met[0]) == WhyNot.POSSIBLE


def test_a_wish_of_one_and_of_the_other_sound_the_same(event, met, charlie):
    other, texts = come(event, charlie), []
    for one, about in ((other, met[0]), (met[0], other)):
        wish = one.wishes.create(event=event, about=about, kind=WishKind.NO)
        texts.append(read_why(other, met[0]))
        wish.delete()
    assert texts[0] == texts[1]


def test_it_names_who_would_lose_a_meeting(event, met, charlie):
    mentor, mentee = met
    other, number = come(event, charlie), Plan.objects.get().meetings[0][2]
    mentor.attends = [number]
    mentor.save()
    assert find_why(other, mentor) == WhyNot.TAKES_FROM
    assert mentee.board_name in read_why(other, mentor)


def test_a_meeting_with_someone_who_has_left_takes_nothing_from_anyone(event, met, charlie):
    mentor, mentee = met
    mentor.attends = [Plan.objects.get().meetings[0][2]]
    mentor.save()
    other = come(event, charlie)
    cancel_registration(registration=mentee, by=mentee.person, now=NOW)
    assert find_why(other, mentor) == WhyNot.POSSIBLE


def test_it_names_what_keeps_them_apart_and_who_wants_no_more(event, met, charlie):
    other = come(event, charlie)
    texts = [read_why(other, met[0])]
    met[0].most = 1
    met[0].save()
    texts.append(read_why(other, met[0]))
    other.languages = ["fr"]
    other.save()
    texts.append(read_why(other, met[0]))

    assert len(set(texts)) == 3
    assert met[0].board_name in texts[1]
