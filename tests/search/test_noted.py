"""What staff learn from searches and bookings, without any person: how words were read, and what a change would do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from mentors.models import Topic
from search.cursors import encode_shown
from search.models import NotedSearch, ProposedExample, StoredReader, TopicExample
from search.reading import noted
from search.reading.noted import ONE_IN, count_opened, forget_noted, last_words, list_to_look_at, note_reading
from search.reading.previewing import preview_change
from search.reading.question_reading import QuestionReading, TopicRead
from search.reading.synonyms import warn_of_synonyms
from search.understanding.material import Example
from search.understanding.reader import Reader
from search.understanding.training import collect_vectors, refit, train
from search.understanding.understood import Because
from sessions_app.models import Booking
from tests.conftest import NOW
from tests.markup import elements_of, markup_of
from tests.search.small_reader import store_reader, train_small
from tests.search.test_reading import RAISE, UNCLEAR
from tests.sessions_app.views.test_booking import code_in, form

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
NINA = "/mentors/nina-neg/"
STRANGE = "my cat is ill"
QUESTIONS = (STRANGE, "how many words on one page", "what should I ask them for", "what is the time")


def sure(share: float = 0.9, because: Because = Because.MEANING) -> QuestionReading:
    return QuestionReading(topics=(TopicRead(1, "slides", "Slides", share, because),))


def make_noted(words: str, **fields) -> NotedSearch:
    return NotedSearch.objects.create(**{"words": words, "day": TODAY, "share": 0.3, **fields})


# Which searches are noted


def test_a_search_read_with_little_certainty_is_noted_and_nobody_with_it(reading, who_knows, client_for, bob, now):
    who_knows("Nina Neg", "Negotiation")
    for _time in range(2):
        client_for(bob).get("/mentors/", {"q": UNCLEAR})

    [row] = NotedSearch.objects.all()
    assert (row.words, row.day, row.count, row.claimed) == (UNCLEAR, TODAY, 2, 0)
    assert len(row.topics) == 3
    kept = {field.name for field in NotedSearch._meta.get_fields()}
    assert kept == {"id", "words", "day", "count", "opened", "share", "is_outside", "claimed", "topics"}


@pytest.mark.parametrize(
    ("path", "query"),
    [("/mentors/", {"format": "writing"}), ("/api/v1/mentors/", {}), ("/api/v1/mentors/", {"format": "writing"})],
)
def test_searches_in_writing_and_by_programs_are_noted_like_others(reading, who_knows, now, path, query):
    who_knows("Nina Neg", "Negotiation")
    for words in (UNCLEAR, RAISE, "I want to kill myself", ""):
        Client().get(path, {"q": words, **query})

    assert [(row.words, row.count) for row in NotedSearch.objects.all()] == [(UNCLEAR, 1)]


def test_a_search_counts_once_however_many_pages_it_has(reading, who_knows, now):
    nina = who_knows("Nina Neg", "Negotiation")
    cursor = encode_shown(frozenset({nina.pk}))
    Client().get("/mentors/", {"q": UNCLEAR, "cursor": cursor})
    Client().get("/mentors/", {"q": UNCLEAR, "cursor": cursor, "format": "writing"})
    Client().get("/api/v1/mentors/", {"q": UNCLEAR, "cursor": cursor})

    assert not NotedSearch.objects.exists()


def test_topics_chosen_in_a_search_for_answers_in_writing_are_proposed(reading, now):
    Client().get("/mentors/", {"q": UNCLEAR, "about": "slides", "format": "writing"})

    assert ProposedExample.objects.get().topic.slug == "slides"


def test_a_certain_reading_writes_nothing(reading, who_knows, now):
    who_knows("Nina Neg", "Negotiation")
    Client().get("/mentors/", {"q": RAISE})

    assert not NotedSearch.objects.exists()


def test_a_few_of_the_certain_ones_are_noted_always_the_same(db):
    words = [f"question number {number}" for number in range(10 * ONE_IN)]
    for _time in range(2):
        for one in words:
            note_reading(one, sure(), day=TODAY)

    assert 3 < NotedSearch.objects.count() < 30
    assert set(NotedSearch.objects.values_list("count", flat=True)) == {2}


@pytest.mark.parametrize("reading", [sure(0.2, Because.NAMED), sure(0.2, Because.CHOSEN), QuestionReading()])
def test_what_was_named_or_chosen_or_not_read_is_certain_enough(db, monkeypatch, reading):
    monkeypatch.setattr(noted, "ONE_IN", 10**9)
    note_reading("my words", reading, day=TODAY)
    note_reading("my words", sure(0.2), day=TODAY - timedelta(days=1))

    assert [row.day for row in NotedSearch.objects.all()] == [TODAY - timedelta(days=1)]


def test_a_day_brings_only_so_many(db, monkeypatch):
    monkeypatch.setattr(noted, "MOST_A_DAY", 2)
    for words in ("one", "two", "three", "one"):
        note_reading(words, sure(0.2), day=TODAY)

    assert dict(NotedSearch.objects.values_list("words", "count")) == {"one": 2, "two": 1}


def test_noted_searches_are_kept_for_two_weeks(db):
    make_noted("old", day=TODAY - timedelta(days=15))
    make_noted("newer", day=TODAY - timedelta(days=13))
    forget_noted(now=NOW)

    assert last_words(10) == ["newer"]


def test_an_opened_page_is_counted_where_the_search_was_noted(reading, who_knows, now):
    who_knows("Nina Neg", "Negotiation")
    client = Client()
    client.get("/mentors/", {"q": UNCLEAR})
    client.get(NINA, {"q": UNCLEAR})
    client.get(NINA, {"q": UNCLEAR}, headers={"HX-Request": "true"})
    client.get(NINA, {"q": "other words"})
    client.get(NINA)

    assert NotedSearch.objects.get().opened == 1


def test_an_old_search_is_not_opened(db):
    make_noted("my words", day=TODAY - timedelta(days=2))
    count_opened("my words", day=TODAY)

    assert NotedSearch.objects.get().opened == 0


def test_staff_look_at_what_was_read_badly_or_led_to_no_page(topic):
    make_noted("read badly", opened=4, topics=[topic.pk], claimed=1)
    make_noted("led nowhere", share=0.9, count=7)
    make_noted("led nowhere", share=0.9, day=TODAY - timedelta(days=1), count=2)
    make_noted("all went well", share=0.9, opened=1)
    make_noted("an example already")
    make_noted("long ago", day=TODAY - timedelta(days=8))
    TopicExample.objects.create(topic=topic, text="an example already")

    first, second = list_to_look_at(since=TODAY - timedelta(days=7), count=10)

    assert (first.words, first.times, first.read_as) == ("led nowhere", 9, ())
    assert (second.words, second.opened, second.read_as, second.likely) == ("read badly", 4, (topic,), (topic,))


# What a change would do


@pytest.fixture(scope="module")
def small():
    return train_small()


@pytest.fixture
def in_use(db, small):
    return store_reader(small)


def claims_after(small, encoders, *, examples):
    """What a whole training with these examples claims of each question."""
    material = replace(small.material, examples=examples)
    known = collect_vectors(small)
    trained = train(material, encoders.found, dictionary=encoders.dictionary, earlier=known)
    reader = Reader(trained, encoders.found)
    return [reader.claim(words, reader.embed(words)) for words in QUESTIONS]


@pytest.mark.parametrize("is_added", [True, False])
def test_a_preview_says_what_a_training_would_bring(in_use, small, encoders, is_added):
    example = Example("Slides", "en", STRANGE if is_added else "there is too much text on each page")
    others = tuple(one for one in small.material.examples if one != example)
    now = Reader(small, encoders.found)
    before = [now.claim(words, now.embed(words)) for words in QUESTIONS]
    after = claims_after(small, encoders, examples=(*others, example) if is_added else others)

    preview = preview_change(example, is_added=is_added, searches=QUESTIONS, seconds=3600)

    otherwise = [
        (words, one, other)
        for words, one, other in zip(QUESTIONS, before, after, strict=True)
        if (set(one.topics), one.is_outside) != (set(other.topics), other.is_outside)
    ]
    assert [(one.words, one.before, one.after) for one in preview.shown] == otherwise
    assert (preview.total, preview.compared, preview.changed) == (len(QUESTIONS), len(QUESTIONS), len(otherwise))
    assert bool(otherwise) or not is_added


def test_a_change_of_nothing_changes_nothing(small, encoders):
    fitted = Reader(refit(small, small.material, {key: {} for key in encoders.found}), encoders.found)
    reader = Reader(small, encoders.found)

    for words in QUESTIONS:
        assert fitted.claim(words, fitted.embed(words)) == reader.claim(words, reader.embed(words))
        assert reader.claim(words, reader.embed(words)).topics == reader.read(words).topic_names


def test_a_preview_stops_when_its_time_is_over(in_use):
    preview = preview_change(Example("Slides", "en", STRANGE), is_added=True, searches=QUESTIONS, seconds=0)

    assert (preview.compared, preview.left) == (0, len(QUESTIONS))


def test_without_a_reader_or_its_topic_there_is_no_preview(db, request):
    example = Example("Pottery", "en", "my glaze has cracks")

    assert preview_change(example, is_added=True, searches=QUESTIONS) is None
    request.getfixturevalue("in_use")
    assert preview_change(example, is_added=True, searches=QUESTIONS) is None


def test_staff_see_what_an_example_would_change_before_they_add_or_retire_it(in_use, topic, maria, client_for, now):
    example = TopicExample.objects.create(topic=topic, text="they want a number from me")
    make_noted(STRANGE)
    client = client_for(maria)

    adding = client.get("/staff/reading/", {"topic": topic.slug, "with": "they pay me too little"})
    retiring = client.get("/staff/reading/", {"topic": topic.slug, "without": example.pk})

    assert adding.context["asked"].preview.total == retiring.context["asked"].preview.total == 1
    assert elements_of(markup_of(adding), "input", type="hidden", name="text", value="they pay me too little")
    assert elements_of(markup_of(retiring), "input", name="number", value=str(example.pk))
    assert elements_of(markup_of(retiring), "button", name="act", value="retire")
    assert (TopicExample.objects.count(), StoredReader.objects.get().digest) == (1, in_use.digest)


@pytest.mark.parametrize("number", ["x", "0", "9" * 30, "²", "-1"])
def test_an_example_that_is_not_there_is_not_asked_about(topic, maria, client_for, now, number):
    page = client_for(maria).get("/staff/reading/", {"topic": topic.slug, "without": number})

    assert (page.status_code, page.context["asked"]) == (200, None)


def test_one_press_adds_the_words_of_a_search_to_a_topic(topic, maria, client_for, now):
    make_noted(STRANGE, topics=[topic.pk])
    client = client_for(maria)
    [button] = elements_of(markup_of(client.get("/staff/reading/")), "button", formaction=f"?topic={topic.slug}")

    client.post(f"/staff/reading/{button.attributes['formaction']}", {"act": "add", "text": STRANGE})

    assert TopicExample.objects.get().text == STRANGE
    assert client.get("/staff/reading/").context["searches"] == []


# What a booking teaches


@pytest.fixture
def nina(reading, who_knows):
    return who_knows("Nina Neg", "Negotiation")


def searched(**fields):
    return {"searched": RAISE, "about": "negotiation", **fields}


def test_a_booking_from_a_search_proposes_its_words_for_the_topic_that_was_read(nina, bob, client_for, now):
    client = client_for(bob)
    card = client.get("/mentors/", {"q": RAISE}).context["found"].matches[0]
    page = markup_of(client.get(NINA, {"q": RAISE, "about": card.about}))
    hidden = {one.attributes["name"]: one.attributes["value"] for one in elements_of(page, "input", type="hidden")}
    assert (hidden["searched"], hidden["about"]) == (RAISE, "negotiation")
    sent = form(nina.offers.first(), question="My own words", **searched())
    for _time in range(2):
        client.post(f"{NINA}book/", sent)

    assert Booking.objects.count() == 1
    [proposal] = ProposedExample.objects.all()
    assert (proposal.text, proposal.topic.name, proposal.is_dismissed) == (RAISE, "Negotiation", False)


def test_a_visitor_who_signs_in_teaches_as_much(nina, mailoutbox, now):
    client = Client()
    client.post(f"{NINA}book/", form(nina.offers.first(), **searched()))
    assert not ProposedExample.objects.exists()
    client.post(f"{NINA}book/email/", {"email": "new@example.org", "name": "Nora New"})
    client.post("/sign-in/code/", {"code": code_in(mailoutbox)})

    assert Booking.objects.get().mentee is not None
    assert ProposedExample.objects.get().text == RAISE


@pytest.mark.parametrize(
    "fields",
    [
        searched(about="slides"),
        searched(about="no-such-topic"),
        searched(about=""),
        searched(searched=""),
        searched(searched="I want to kill myself because of my salary"),
    ],
)
def test_a_booking_proposes_nothing_for_what_its_mentor_does_not_know(nina, bob, client_for, now, fields):
    client_for(bob).post(f"{NINA}book/", form(nina.offers.first(), **fields))

    assert Booking.objects.exists()
    assert not ProposedExample.objects.exists()


def test_a_topic_that_the_words_name_is_nothing_to_learn(nina, now):
    card = Client().get("/mentors/", {"q": "salary talk"}).context["found"].matches[0]

    assert (card.because, card.about) == (("Negotiation",), "")


# Other words of a topic


def test_staff_are_told_of_everyday_words_on_the_page_of_a_topic(topic, maria, client_for, now):
    fields = {"name": topic.name, "parent": topic.parent_id, "position": 0, "is_active": "on"}
    client = client_for(maria)
    sent = {**fields, "synonyms": "pay rise, next, which offer"}
    told = client.post(f"/staff/topics/{topic.slug}/", sent, follow=True)
    warned = [str(message) for message in told.context["messages"]]

    assert len([sentence for sentence in warned if "“next”" in sentence]) == 1
    assert len([sentence for sentence in warned if "“which offer”" in sentence]) == 1
    assert not any("pay rise" in sentence for sentence in warned)
    shown = client.get(f"/staff/topics/{topic.slug}/").context["warnings"]
    assert [sentence in " ".join(warned) for sentence in shown] == [True, True]


def test_words_that_examples_of_other_topics_have_do_not_count_either(topic):
    other = Topic.objects.create(name="Slides", slug="slides", parent=topic.parent)
    topic.synonyms = ["trust", "counter offer"]
    for number in range(4):
        TopicExample.objects.create(topic=other, text=f"do people trust chart number {number}")

    [sentence] = warn_of_synonyms(topic)
    assert "“trust”" in sentence
    assert "counter offer" not in sentence
