"""A search for an answer in writing: who can be asked now, and that such offers are nowhere taken for times."""

import re
from datetime import date, timedelta
from itertools import product

import pytest
from django.test import Client

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer
from search.criteria import Order, SearchCriteria
from search.finding import find_mentors
from search.indexing import write_profiles
from search.models import UnmetSearch
from search.written_search import find_writers
from sessions_app.models import Brief, Engagement, Schedule, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing, why_not_ask
from tests.apart import keep_apart
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of
from tests.sessions_app.helpers.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
WISH = SearchCriteria(format=Format.WRITING)


def writes(name: str, **words):
    profile = make_mentor(make_person(f"{name.lower()}@example.org", f"{name} Who"), **words)
    profile.offers.create(length=15, format=Format.WRITING)
    write_profiles([profile.pk])
    return profile


@pytest.fixture
def dora():
    return writes("Dora", windows=[], asks=("Is my pitch clear?", "Slides", "Stage fright"))


@pytest.fixture
def eve():
    return writes("Eve", asks=("Which visa?", "Pitch decks", "Moving"))


def names(wish: SearchCriteria = WISH, **asked) -> list[str]:
    return [writer.profile.first_name for writer in find_writers(wish, now=NOW, **asked).writers]


def ask(profile, mentee, key="k"):
    offer = profile.offers.in_writing().get()
    return ask_in_writing(offer=offer, brief=BriefInput("Do I?"), mentee=mentee, now=NOW, key=key)


def test_only_those_who_write_are_found_times_or_not(alice, dora, eve):
    assert names() == ["Dora", "Eve"]


def test_an_offer_in_writing_has_no_times(alice, dora, eve):
    eve.offers.timed().update(is_active=False)
    write_profiles([eve.pk])

    found = find_mentors(SearchCriteria(), zone="Europe/London", now=NOW, widen=True).matches
    assert [match.profile.first_name for match in found] == ["Alice"]
    assert find_mentors(WISH, zone="Europe/London", now=NOW, widen=True).matches == []


def test_whoever_has_fewest_waiting_comes_first_and_who_is_full_does_not_come(dora, eve, bob, charlie):
    ask(dora, bob)
    assert names() == ["Eve", "Dora"]
    ask(dora, charlie)
    assert names() == ["Eve"]


def test_who_is_away_or_not_public_does_not_come(dora, eve):
    dora.paused_until = date(2026, 11, 25)
    dora.save()
    eve.state = "suspended"
    eve.save()

    assert names() == []


# What decides whether a mentor can be asked; each is set after the index was written, which may be behind.
STATES = ({}, {"profile": {"state": "suspended"}}, {"person": {"is_active": False}}, {"offer": {"is_active": False}})
# NOW is 13:46 in UTC, when it is tomorrow in Kiritimati already.
SCHEDULES = (
    {},
    {"timezone": "Pacific/Kiritimati"},
    {"timezone": "Europe/London", "max_written": 1},
    {"timezone": "Pacific/Kiritimati", "off": date(2026, 11, 25)},
    {"timezone": "Europe/London", "off": date(2026, 11, 25)},
)
AWAY = (None, date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26))
# Hours until each of the mentor's questions is due: one that is overdue isn't open any more.
QUESTIONS = ((), (1,), (1, 2), (0, 1))


def make_writers(count: int) -> list[MentorProfile]:
    people = User.objects.bulk_create(User(email=f"m{number}@example.org", name="Mo Who") for number in range(count))
    words = {"state": "approved", "approved_at": NOW, "headline": "Writer", "languages": ["en"]}
    profiles = MentorProfile.objects.bulk_create(
        MentorProfile(person=person, slug=f"m{person.pk}", **words) for person in people
    )
    Offer.objects.bulk_create(Offer(profile=profile, length=15, format=Format.WRITING) for profile in profiles)
    write_profiles([profile.pk for profile in profiles])
    return profiles


def ask_each(asked: dict[MentorProfile, tuple[int, ...]], mentees: list[User]) -> None:
    """So many questions to each mentor as hours are given, due in so many hours."""
    pairs = [(one, mentee, due) for one, hours in asked.items() for mentee, due in zip(mentees, hours, strict=False)]
    briefs = Brief.objects.bulk_create(Brief(author=mentee, question="Do I?") for _, mentee, _ in pairs)
    engagements = Engagement.objects.bulk_create(
        Engagement(mentee=mentee, mentor=profile.person, brief=brief)
        for (profile, mentee, _), brief in zip(pairs, briefs, strict=True)
    )
    offers = {offer.profile_id: offer for offer in Offer.objects.all()}
    WrittenQuestion.objects.bulk_create(
        WrittenQuestion(
            engagement=engagement,
            offer=offers[profile.pk],
            mentor=profile.person,
            mentee=mentee,
            asked_at=NOW - timedelta(hours=48),
            due_at=NOW + timedelta(hours=hours),
            mark=f"{profile.pk}-{mentee.pk}",
        )
        for (profile, mentee, hours), engagement in zip(pairs, engagements, strict=True)
    )


def test_a_search_finds_exactly_those_whom_the_act_lets_ask(bob, charlie):
    """`WRITERS` and `why_not_ask` say one rule, in SQL and in words: over all combinations of what it depends on."""
    cases = list(product(STATES, SCHEDULES, AWAY, QUESTIONS))
    writers = make_writers(len(cases))
    for profile, (state, schedule, away, _) in zip(writers, cases, strict=True):
        MentorProfile.objects.filter(pk=profile.pk).update(paused_until=away, **state.get("profile", {}))
        User.objects.filter(pk=profile.person_id).update(**state.get("person", {"is_active": True}))
        Offer.objects.filter(profile=profile).update(**state.get("offer", {"is_active": True}))
        if schedule:
            week = {name: value for name, value in schedule.items() if name != "off"}
            rules = Schedule.objects.create(profile=profile, **week)
            if "off" in schedule:
                rules.time_off.create(first=schedule["off"], last=schedule["off"] + timedelta(days=9))
    ask_each({profile: hours for profile, (*_, hours) in zip(writers, cases, strict=True)}, [bob, charlie])

    found = {writer.profile.pk for writer in find_writers(WISH, now=NOW, count=len(cases)).writers}
    offers = Offer.objects.filter(format=Format.WRITING).select_related("profile__person")
    allowed = {offer.profile_id for offer in offers if why_not_ask(offer, now=NOW) is None}

    assert {case for case, one in enumerate(writers) if (one.pk in found) != (one.pk in allowed)} == set()
    assert 0 < len(allowed) < len(cases)


def test_words_and_filters_choose(dora, eve):
    assert names(SearchCriteria(words="visa", format=Format.WRITING)) == ["Eve"]
    assert names(SearchCriteria(words="pitch slides", format=Format.WRITING, order=Order.MATCH)) == ["Dora"]
    assert names(SearchCriteria(words="visa slides", format=Format.WRITING, order=Order.MATCH)) == ["Dora", "Eve"]
    assert names(SearchCriteria(language="de", format=Format.WRITING)) == []
    assert names(SearchCriteria(lengths=(45,), instant=True, format=Format.WRITING)) == ["Dora", "Eve"]


def test_nobody_finds_themselves_or_whom_they_never_want_again(dora, eve, bob):
    keep_apart(eve.person, bob)

    assert names(mentee=dora.person) == ["Eve"]
    assert names(mentee=bob) == ["Dora"]


def test_a_page_goes_on_from_whom_it_has_shown(dora, eve):
    first = find_writers(WISH, now=NOW, count=1)
    second = find_writers(first.following, now=NOW, count=1)

    assert [one.profile for one in (*first.writers, *second.writers)] == [dora, eve]
    assert second.following is None


def test_the_page_says_by_when_and_leads_to_the_form(dora):
    response = Client().get("/mentors/", {"format": "writing", "q": "pitch"})

    text = text_of(response)
    assert [card.profile for card in response.context["cards"]] == [dora]
    assert re.search(r"Answers by (.+?) Ask in writing", text).group(1) == "Thu 26 Nov, 13:46"
    offer = dora.offers.in_writing().get()
    assert f"/mentors/dora-who/?offer={offer.uuid}&amp;q=pitch#book" in response.content.decode()


def test_the_card_of_someone_with_times_says_that_they_write_too(eve, alice):
    text = text_of(Client().get("/mentors/"))

    assert text.count("Answers in writing too, within 48 hours") == 1


def test_nobody_found_shows_topics_and_is_not_an_unmet_need(topic):
    response = Client().get("/mentors/", {"format": "writing", "q": "pitch"})

    assert response.context["cards"] == []
    assert len(elements_of(response.content.decode(), "div", class_="empty")) == 1
    assert not UnmetSearch.objects.exists()


def test_an_api_search_for_answers_in_writing_is_no_unmet_need(topic):
    Client().get("/api/v1/mentors/", {"format": "writing", "q": "pitch"})

    assert not UnmetSearch.objects.exists()


def test_a_search_in_writing_asks_a_fixed_number_of_queries(dora, eve, django_assert_num_queries):
    with django_assert_num_queries(3):
        find_writers(WISH, now=NOW)
