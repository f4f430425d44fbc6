"""Not solved is not over: the same brief with another mentor, whom nobody tells of the first."""

import pytest
from django.urls import reverse

from mentors.models import IssueType
from search.criteria import SearchCriteria
from search.finding import find_mentors
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking, Brief, Engagement
from sessions_app.questions.addresses import same_question_address
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.same_question import asked_already, find_earlier_engagement
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.followups import END, code_of

FRIDAY = at("2026-11-27 14:30")


@pytest.fixture
def dora(db):
    return make_mentor(make_person("dora@example.org", "Dora Dane"))


@pytest.fixture
def emil(db):
    return make_mentor(make_person("emil@example.org", "Emil Engel"))


def again(booking: Booking, profile, mentee, start=FRIDAY) -> Booking:
    earlier = booking.engagement
    brief = BriefInput.carried_from(earlier.brief, question=QUESTION)
    offer = profile.offers.get()
    return book_session(offer=offer, start=start, brief=brief, mentee=mentee, now=NOW, continues=earlier)


def listed(page) -> list[str]:
    return [match.profile.slug for match in page.context["found"].matches]


def test_the_new_engagement_knows_which_it_follows_and_has_the_whole_brief(booking, bob, dora):
    words = {"issue_type": IssueType.DECISION, "situation": "Two offers", "tried": "A list", "done_when": "I know"}
    Brief.objects.update(**words)
    booking.refresh_from_db()

    second = again(booking, dora, bob)

    assert second.engagement.pk != booking.engagement_id
    assert Engagement.objects.get(pk=second.engagement_id).continues == booking.engagement
    brief = Brief.objects.get(engagements=second.engagement_id)
    assert {name: getattr(brief, name) for name in words} == words
    assert brief.pk != booking.engagement.brief_id


def test_nobody_else_can_carry_a_brief(booking, charlie, dora):
    assert code_of(lambda: again(booking, dora, charlie)) == "not_yours"
    assert Engagement.objects.count() == 1


def test_everyone_asked_before_and_after_is_known(booking, offer, alice, bob, charlie, dora, emil):
    second = again(booking, dora, bob)
    second.engagement.refresh_from_db()
    third = again(second, emil, bob, at("2026-11-27 15:30"))
    book(make_mentor(charlie).offers.get(), make_person("g@example.org", "Gus"), at("2026-11-27 16:30"))

    people = {alice.pk, dora.person_id, emil.person_id}
    assert [asked_already(one.engagement) for one in (booking, second, third)] == [people] * 3


@pytest.mark.parametrize("text", ["", "x", "00000000-0000-4000-8000-000000000000", "\x00", "9" * 200])
def test_an_address_that_means_nothing_is_as_if_it_were_not_there(booking, bob, text):
    assert find_earlier_engagement(bob, text) is None


def test_an_engagement_means_something_to_its_mentee_alone(booking, alice, bob, charlie):
    uuid = str(booking.engagement.uuid)
    assert [find_earlier_engagement(person, uuid) for person in (bob, alice, charlie, None)] == [
        booking.engagement,
        None,
        None,
        None,
    ]


def test_the_results_leave_out_whom_was_asked_until_everyone_is_wished(booking, bob, charlie, dora, client_for, now):
    address = same_question_address(booking.engagement)
    client = client_for(bob)

    assert listed(client.get(address)) == ["dora-dane"]
    everyone = client.get(address + "&met=1")
    assert sorted(listed(everyone)) == ["alice-adair", "dora-dane"]
    assert everyone.context["wish"].follows == str(booking.engagement.uuid)
    assert sorted(listed(client_for(charlie).get(address))) == ["alice-adair", "dora-dane"]


def test_the_search_leaves_people_out_on_every_page(alice, dora, emil):
    without = frozenset({alice.pk, emil.person_id})
    found = find_mentors(SearchCriteria(), zone="UTC", now=NOW, without=without, widen=True)
    assert [match.profile for match in found.matches] == [dora]


def test_booking_from_there_carries_the_brief(booking, bob, dora, client_for, now):
    Brief.objects.update(situation="Two offers")
    client, follows = client_for(bob), str(booking.engagement.uuid)
    page = client.get(reverse("mentor_detail", args=[dora.slug]), {"q": QUESTION, "follows": follows})
    assert page.context["page"].earlier == booking.engagement
    assert f'<input type="hidden" name="follows" value="{follows}">' in page.content.decode()

    sent = {"offer": dora.offers.get().uuid, "start": f"{FRIDAY:%Y-%m-%dT%H:%MZ}", "question": "Better put?"}
    client.post(reverse("book", args=[dora.slug]), {**sent, "key": "k", "follows": follows})

    made = Engagement.objects.get(mentor=dora.person)
    assert [made.continues, made.brief.question, made.brief.situation] == [
        booking.engagement,
        "Better put?",
        "Two offers",
    ]


def test_a_strangers_booking_takes_nothing_along(booking, charlie, dora, client_for, now):
    sent = {"offer": dora.offers.get().uuid, "start": f"{FRIDAY:%Y-%m-%dT%H:%MZ}", "question": "Mine?", "key": "k"}
    sent["follows"] = str(booking.engagement.uuid)
    client_for(charlie).post(reverse("book", args=[dora.slug]), sent)
    assert Engagement.objects.get(mentor=dora.person).continues is None


@pytest.mark.parametrize(("resolution", "offered"), [("yes", False), ("partly", True), ("no", True), ("other", False)])
def test_after_no_or_partly_the_page_offers_somebody_else(booking, bob, client_for, now, resolution, offered):
    complete_ended(now=END)
    give_feedback(booking=booking, by=bob, now=END, answers={"resolution": resolution})
    html = client_for(bob).get(reverse("session", args=[booking.uuid])).content.decode()
    assert (same_question_address(booking.engagement).replace("&", "&amp;") in html) is offered


def test_a_second_opinion_is_offered_while_the_first_session_is_ahead(booking, alice, bob, client_for, now):
    address = same_question_address(booking.engagement).replace("&", "&amp;")
    pages = [client_for(person).get(reverse("session", args=[booking.uuid])) for person in (bob, alice)]
    assert [address in page.content.decode() for page in pages] == [True, False]


def test_two_mentors_with_the_same_brief_do_not_see_each_other(booking, alice, bob, dora, client_for, now):
    second = again(booking, dora, bob)
    hers = client_for(dora.person).get(reverse("session", args=[second.uuid])).content.decode()
    assert "Alice" not in hers
    assert client_for(dora.person).get(reverse("session", args=[booking.uuid])).status_code == 404
    assert client_for(alice).get(reverse("session", args=[second.uuid])).status_code == 404


def test_the_first_may_be_called_off_without_the_second(booking, bob, dora):
    again(booking, dora, bob)
    cancel_booking(booking=booking, by=bob, reason="", now=NOW)
    assert list(Booking.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "confirmed"]
