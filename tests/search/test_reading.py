"""From a question to people, by the topics that were read: who is shown, what is said, and how it is corrected."""

import threading
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict
from django.test import Client

from mentors.models import Format
from search.criteria import Drop, Order, SearchCriteria
from search.finding import find_mentors, suggest_mentors
from search.forms import read_criteria
from search.indexing import write_profiles
from search.models import ProposedExample, StoredReader, TopicExample, UnmetSearch
from search.reading import loading
from search.reading.learning import accept_proposal, dismiss_proposal, forget_old_proposals, propose_example
from search.reading.material import add_bundled_examples, digest_source, load_material
from search.reading.retraining import Retraining, retrain_if_changed
from search.waitlist_helpers import find_helpers
from search.words import read_question, whole_names, without_small_words
from sessions_app.forms.briefs import BriefForm
from sessions_app.models import Brief
from tests.conftest import NOW
from tests.markup import elements_of, markup_of

pytestmark = pytest.mark.django_db
RAISE = "they want to know what salary I expect, what do I say"
UNCLEAR = "can you give me advice please"
OUTSIDE = "best recipe for onion soup"


def names(words: str, **wish) -> list[str]:
    criteria = SearchCriteria(words=words, **wish)
    return [match.profile.name for match in find_mentors(criteria, zone="UTC", now=NOW, widen=True).matches]


def show(query: dict) -> dict:
    return Client().get("/mentors/", query).context


def test_people_are_found_by_the_topic_that_a_question_is_about(reading, who_knows):
    who_knows("Nina Neg", "Negotiation")
    who_knows("Sasha Slide", "Slides")

    found = find_mentors(SearchCriteria(words=RAISE), zone="UTC", now=NOW)

    assert [match.profile.name for match in found.matches] == ["Nina Neg"]
    assert found.matches[0].because == ("Negotiation",)


@pytest.mark.parametrize(
    "words", ["Wie viel Gehalt soll ich verlangen?", "¿Cuánto sueldo debo pedir?", "Combien de salaire demander ?"]
)
def test_a_question_in_another_language_finds_the_same_people(reading, who_knows, words):
    who_knows("Nina Neg", "Negotiation", "Knowing your worth")
    who_knows("Sasha Slide", "Slides")

    assert names(words)[0] == "Nina Neg"
    assert "Sasha Slide" not in names(words)


def test_words_bring_nobody_in_where_a_topic_was_read(reading, who_knows, alice):
    """Alice mentions a counter-offer and a level, but knows no topic."""
    who_knows("Nina Neg", "Negotiation")

    assert "Alice Adair" not in names("how do I ask for the level, a pay rise")


def test_whole_names_and_quoted_words_bring_people_in_all_the_same(reading, who_knows, alice):
    who_knows("Nina Neg", "Negotiation")

    assert {*names("pay rise with Alice Adair")} == {"Nina Neg", "Alice Adair"}
    assert {*names("pay rise, “first reorg”")} == {"Nina Neg", "Alice Adair"}
    assert names("Alice") == ["Alice Adair"]


@pytest.mark.parametrize(
    ("spoken", "queries"),
    [
        ([], []),
        ([("ann", 1)], []),
        ([("lee", 2), ("ann", 1)], ["'@ann' & '@lee'"]),
        ([("ann", 1), ("lee", 3)], []),
        ([("jo", 1), ("de", 2), ("vries", 3), ("x", 7), ("y", 8)], ["'@jo' & '@de' & '@vries'", "'@x' & '@y'"]),
    ],
)
def test_whole_names(spoken, queries):
    assert whole_names(spoken) == queries


def test_few_are_followed_by_the_next_reading_and_it_is_said(reading, who_knows):
    first = who_knows("Nina Neg", "Negotiation", windows=[(5, 540, 1020)])
    question = read_question(RAISE)
    following = question.reading.next_readings[0]
    who_knows("Otto Other", following.name, windows=[(3, 540, 1020)])

    found = find_mentors(SearchCriteria(words=RAISE), zone="UTC", now=NOW, widen=True)

    assert [match.profile.name for match in found.matches] == ["Nina Neg", "Otto Other"]
    assert (found.matches[0].profile.pk, found.matches[1].because) == (first.pk, (following.name,))
    assert (found.dropped, found.exact) == ((Drop.READING,), 1)
    assert any(following.name in sentence for sentence in show({"q": RAISE})["said"])


def test_later_times_come_behind_those_of_the_week(reading, who_knows):
    who_knows("Nina Neg", "Negotiation")
    who_knows("Late Lee", "Negotiation").schedule.profile.__class__.objects.filter(slug="late-lee").update(
        paused_until=(NOW + timedelta(days=12)).date()
    )

    found = find_mentors(SearchCriteria(words=RAISE), zone="UTC", now=NOW, widen=True)

    assert [match.profile.name for match in found.matches] == ["Nina Neg", "Late Lee"]
    assert (found.dropped, found.wish.later) == ((Drop.TIME,), True)


def test_enough_people_are_not_followed_by_others(reading, who_knows):
    for number in range(5):
        who_knows(f"N{number} Neg", "Negotiation")
    who_knows("Otto Other", read_question(RAISE).reading.next_readings[0].name)

    found = find_mentors(SearchCriteria(words=RAISE), zone="UTC", now=NOW, widen=True)

    assert (len(found.matches), found.dropped) == (5, ())


def test_closest_match_puts_who_knows_more_of_it_first(reading, who_knows):
    words = "negotiation and slides"
    who_knows("Sasha Slide", "Slides", windows=[(3, 540, 1020)])
    who_knows("Bea Both", "Negotiation", "Slides", windows=[(5, 540, 1020)])

    assert names(words)[:2] == ["Sasha Slide", "Bea Both"]
    assert names(words, order=Order.MATCH)[:2] == ["Bea Both", "Sasha Slide"]


MOCK = "mock interview for a panel interview"


def offers_for(profile, kind: str, **fields):
    offer = profile.offers.create(issue_types=[kind], **fields)
    write_profiles([profile.pk])
    return offer


def test_closest_match_puts_an_offer_for_the_kind_of_help_first(reading, who_knows):
    offers_for(who_knows("Dee Decision", "Panel interviews", windows=[(3, 540, 1020)]), "decision", length=45)
    practice = offers_for(
        who_knows("Pat Practice", "Panel interviews", windows=[(5, 540, 1020)]), "interview", length=45
    )

    first = find_mentors(SearchCriteria(words=MOCK, order=Order.MATCH), zone="UTC", now=NOW).matches[0]

    assert read_question(MOCK).reading.kind == "interview"
    assert names(MOCK) == ["Dee Decision", "Pat Practice"]
    assert names(MOCK, order=Order.MATCH) == ["Pat Practice", "Dee Decision"]
    assert (first.offer, len(first.slots)) == (practice, 3)


def test_an_offer_for_the_kind_of_help_counts_only_where_the_filters_let_it(reading, who_knows):
    who_knows("Dee Decision", "Panel interviews", windows=[(3, 540, 1020)])
    closed = offers_for(who_knows("Pat Practice", "Panel interviews", windows=[(5, 540, 1020)]), "interview", length=45)

    assert names(MOCK, order=Order.MATCH, lengths=(25,)) == ["Dee Decision", "Pat Practice"]
    closed.is_active = False
    closed.save()
    write_profiles([closed.profile_id])
    assert names(MOCK, order=Order.MATCH) == ["Dee Decision", "Pat Practice"]


def test_a_page_of_the_closest_match_goes_on_behind_the_last_one(reading, who_knows):
    for number in range(4):
        profile = who_knows(f"N{number} Panel", "Panel interviews")
        if number % 2:
            offers_for(profile, "interview", length=15)
    wish = SearchCriteria(words=MOCK, order=Order.MATCH)

    first = find_mentors(wish, zone="UTC", now=NOW, count=3)
    second = find_mentors(first.following, zone="UTC", now=NOW, count=3)

    shown = [match.profile.name for match in (*first.matches, *second.matches)]
    assert shown == ["N1 Panel", "N3 Panel", "N0 Panel", "N2 Panel"]


def test_who_answers_in_writing_is_shown_with_the_topic_that_brought_them(reading, who_knows):
    profile = who_knows("Nina Neg", "Negotiation", "Slides")
    offers_for(profile, "other", length=15, format=Format.WRITING)

    page = show({"q": RAISE, "format": "writing"})

    assert [writer.because for writer in page["cards"]] == [("Negotiation",)]


def test_few_who_answer_in_writing_are_followed_by_the_next_reading(reading, who_knows):
    """Not by whoever mentions one of the words, as long as anybody knows about it."""
    for name, topic in {"Wora Worth": "Knowing your worth", "Nina Neg": "Negotiation", "Sasha Slide": "Slides"}.items():
        profile = who_knows(name, topic)
        profile.headline = "What to say of a salary"
        profile.save()
        offers_for(profile, "other", length=15, format=Format.WRITING)

    page = show({"q": RAISE, "format": "writing"})

    assert [writer.because for writer in page["cards"]] == [("Negotiation",), ("Knowing your worth",)]
    assert (page["found"].dropped, len(page["said"])) == ((Drop.READING,), 1)


@pytest.mark.parametrize(("words", "dropped"), [(UNCLEAR, Drop.ANYONE), (RAISE, Drop.WORDS)])
def test_who_answers_in_writing_but_knows_nothing_of_it_is_not_said_to_help(reading, who_knows, words, dropped):
    profile = who_knows("Sasha Slide", "Slides")
    profile.headline = "What to say of a salary"
    profile.save()
    offers_for(profile, "other", length=15, format=Format.WRITING)

    page = show({"q": words, "format": "writing"})

    assert [writer.profile.name for writer in page["cards"]] == ["Sasha Slide"]
    assert page["found"].dropped == (dropped,)
    assert "can help" not in page["heading"]


def test_nothing_is_claimed_to_be_understood_of_words_of_crisis(reading, who_knows):
    who_knows("Nina Neg", "Choosing between options")
    response = Client().get("/mentors/", {"q": "I do not want to live any more"})

    assert len(response.context["cards"]) == 1
    assert response.context["said"] == []
    assert elements_of(markup_of(response), "div", class_="understood") == []


def test_what_was_understood_is_said_with_links_that_correct_it(reading, who_knows, now):
    who_knows("Nina Neg", "Negotiation")
    context = show({"q": RAISE})
    shown = context["understood"]

    assert shown.topics[0].topic.name == "Negotiation"
    assert context["heading"].endswith("can help")
    without = show(parse_qs(shown.topics[0].query))
    assert "Negotiation" not in [
        one.topic.name for one in (*without["understood"].topics, *without["understood"].others)
    ]
    other = shown.others[0]
    assert [one.topic.name for one in show(parse_qs(other.query))["understood"].topics] == [other.topic.name]
    rest = show(parse_qs(shown.else_query))["understood"]
    before = {one.topic.slug for one in (*shown.topics, *shown.others)}
    assert before.isdisjoint(one.topic.slug for one in (*rest.topics, *rest.others))


def test_a_correction_holds_for_the_words_it_was_made_of():
    told = "q=new+words&about=negotiation&not=slides"

    assert read_criteria(QueryDict(told)).about == ("negotiation",)
    assert read_criteria(QueryDict(f"{told}&read=new+words")).unlike == ("slides",)
    other = read_criteria(QueryDict(f"{told}&read=old+words"))
    assert (other.about, other.unlike) == ((), ())


def test_unsure_claims_nothing_and_asks(reading, who_knows, now):
    who_knows("Nina Neg", "Negotiation")
    context = show({"q": UNCLEAR})

    assert context["reading"].is_unsure
    assert len(context["understood"].others) == 5
    assert "can help" not in context["heading"]
    assert [match.profile.name for match in context["found"].matches] == ["Nina Neg"]
    assert context["found"].dropped == (Drop.ANYONE,)


def test_outside_of_what_mentors_know_is_said(reading, who_knows, now):
    who_knows("Nina Neg", "Negotiation")
    context = show({"q": OUTSIDE})

    assert context["reading"].is_outside
    assert "can help" not in context["heading"]
    assert list(UnmetSearch.objects.values_list("words", flat=True)) == [OUTSIDE]


@pytest.mark.parametrize("has_reader", [True, False])
def test_words_of_crisis_are_answered_first_and_kept_nowhere(has_reader, topics, request, now):
    if has_reader:
        request.getfixturevalue("reading")
    words = "I want to kill myself because of my thesis"
    page = Client().get("/mentors/", {"q": words, "about": "slides"}).content.decode()

    assert page.index("findahelpline.com") < page.index("<h2>")
    assert not UnmetSearch.objects.exists()
    assert not ProposedExample.objects.exists()


@pytest.mark.parametrize("words", [RAISE, UNCLEAR, OUTSIDE])
def test_nobody_is_told_of_people_who_only_happen_to_be_free(reading, who_knows, words):
    """Waiting lists hand out times to whom a search claims to know."""
    who_knows("Sasha Slide", "Slides")

    assert find_helpers(words, "", now=NOW) == []


def test_others_are_suggested_by_the_same_reading(reading, who_knows):
    nina, sasha = who_knows("Nina Neg", "Negotiation"), who_knows("Sasha Slide", "Slides")

    found = suggest_mentors(RAISE, zone="UTC", now=NOW, mentee=None, without=sasha, count=3)

    assert [one.profile.pk for one in found] == [nina.pk]


def test_while_typing_no_encoder_is_asked(reading, who_knows, monkeypatch):
    who_knows("Nina Neg", "Negotiation")
    reader = loading.IN_USE.get(reading.digest)
    monkeypatch.setattr(reader, "_encoders", {})

    assert names("salary talk", typing=True) == ["Nina Neg"]


def test_who_would_wait_for_the_encoders_is_read_by_the_words(reading, topics):
    words = "salary talk, " + "x" * 20
    with loading.IN_USE.turn:
        hurried = read_question(words).reading
    assert [topic.name for topic in hurried.topics] == ["Negotiation", "Knowing your worth"]
    assert [topic.name for topic in read_question(words).reading.topics] == ["Negotiation"]


def test_threads_load_a_reader_once(reading, trained, monkeypatch):
    loaded = []
    in_use = loading.ReaderInUse()
    monkeypatch.setattr(loading, "_load_reader", lambda digest: loaded.append(digest))
    threads = [threading.Thread(target=in_use.get, args=("one",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert loaded == ["one"]


def test_what_is_asked_again_is_remembered_up_to_a_bound(reading, monkeypatch):
    monkeypatch.setattr(loading, "REMEMBERED", 2)
    in_use = loading.ReaderInUse()
    for words in ("a raise", "my slides", "a raise", "my thesis"):
        in_use.understand(words, digest=reading.digest, typing=False)

    assert [words for _, words in in_use._remembered] == ["my slides", "my thesis"]


@pytest.mark.parametrize("content", [b"", b"no reader of ours"])
def test_a_reader_that_cannot_be_read_is_gone_without(topics, who_knows, content):
    StoredReader.objects.create(content=content, digest="broken", source="", first=1, three=1, trained_at=NOW)
    who_knows("Nina Neg", "Negotiation")

    assert names("I need a salary talk") == ["Nina Neg"]
    assert read_question(RAISE).topics == ()


def test_a_page_takes_as_many_queries_with_a_reader_as_without(reading, who_knows, now, django_assert_num_queries):
    for number in range(6):
        who_knows(f"N{number} Neg", "Negotiation")
    loading.IN_USE.get(reading.digest)
    find_mentors(SearchCriteria(), zone="UTC", now=now)  # Each connection prepares its statements once.

    # words, candidates, timetables with offers, cards, topics of the filter, events
    with django_assert_num_queries(6):
        page = Client().get("/mentors/", {"q": RAISE}).content.decode()
    assert page.count('<article class="mcard"') == 6


def test_the_api_says_what_it_understood(reading, who_knows, now):
    who_knows("Nina Neg", "Negotiation")

    answer = Client().get("/api/v1/mentors/", {"q": RAISE}).json()

    first = answer["understood"][0]
    assert (first["topic"], first["because"]) == ("negotiation", "meaning")
    assert 0 < first["share"] <= 1
    assert first["like"]
    assert Client().get("/api/v1/mentors/").json()["understood"] == []


# The mends that need no reader


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("what job should I take", []),
        ("which job of the two", ["Comparing offers"]),
        ("what do I ask my boss", []),
        ("asking for more", ["Negotiation"]),
        ("no answer to my letter", []),
        ("the last two weeks at my job", []),
    ],
)
def test_a_synonym_that_comes_down_to_one_everyday_word_counts_as_typed(topics, words, named):
    found = {topic.name for topic in read_question(words).reading.topics}

    assert ("Comparing offers" in found, "Negotiation" in found) == (
        "Comparing offers" in named,
        "Negotiation" in named,
    )


def test_without_a_reader_words_are_not_united_with_a_named_topic(topics, who_knows, alice):
    who_knows("Nina Neg", "Negotiation")

    assert names("a salary talk about the level") == ["Nina Neg"]


def test_words_that_nobody_has_are_named(alice, now):
    context = show({"q": "counter-offer for zyzzyva"})

    assert [match.profile.name for match in context["found"].matches] == ["Alice Adair"]
    assert any("zyzzyva" in sentence for sentence in context["said"])
    assert "can help" not in context["heading"]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Ich habe eine Frage zu der Kündigung", "Kündigung"),
        ("je ne sais pas comment demander une augmentation", "augmentation"),
        ("how do I ask for a raise", "raise"),
    ],
)
def test_small_words_of_other_languages_are_left_out(words, left):
    told = without_small_words(words)

    assert left in told
    assert (told == words) == words.startswith("how")


def test_numbers_name_nobody(alice):
    profile = alice.mentor_profile
    profile.how_i_work = "I have done this for 12 years."
    profile.save()
    write_profiles([profile.pk])

    assert read_question("12 reorgs").terms == read_question("reorgs").terms


# Learning


def test_bundled_examples_are_added_once_and_stay_retired(topics):
    count = add_bundled_examples()
    TopicExample.objects.filter(topic=topics["Slides"]).update(is_active=False)

    assert (count > 3_000, add_bundled_examples()) == (True, 0)
    assert "Slides" not in {example.topic for example in load_material().examples}


def test_a_reader_is_trained_once_for_the_same_topics_and_examples(topic, maria):
    TopicExample.objects.create(topic=topic, text="how do I ask for more money")
    TopicExample.objects.create(topic=None, text="recipe for bread")

    assert retrain_if_changed(now=NOW) == Retraining.TAKEN
    assert retrain_if_changed(now=NOW) == Retraining.UNCHANGED
    TopicExample.objects.create(topic=topic, text="they offered too little")
    assert retrain_if_changed(now=NOW) == Retraining.TAKEN
    assert StoredReader.objects.get().source == digest_source(load_material())


def test_a_reader_that_does_clearly_worse_is_not_taken(topic):
    TopicExample.objects.create(topic=None, text="recipe for bread")
    for number in range(10):
        TopicExample.objects.create(topic=topic, text=f"how do I ask for more money, part {number}")
    retrain_if_changed(now=NOW)
    StoredReader.objects.update(three=1.5)
    TopicExample.objects.create(topic=topic, text="they offered too little")

    assert retrain_if_changed(now=NOW) == Retraining.REFUSED
    assert retrain_if_changed(now=NOW) == Retraining.UNCHANGED
    assert retrain_if_changed(now=NOW, force=True) == Retraining.TAKEN


def test_nothing_is_learnt_without_topics(db):
    assert retrain_if_changed(now=NOW) == Retraining.NOTHING_TO_LEARN


def test_what_a_search_was_said_to_be_about_is_proposed(reading, who_knows, now):
    for _time in range(2):
        Client().get("/mentors/", {"q": RAISE, "about": "slides"})

    [proposal] = ProposedExample.objects.all()
    assert (proposal.topic.name, proposal.text, proposal.count) == ("Slides", RAISE, 2)
    accept_proposal(proposal=proposal)
    assert TopicExample.objects.get(text=RAISE).source == "learnt"
    Client().get("/mentors/", {"q": RAISE, "about": "slides"})
    assert not ProposedExample.objects.exists()


def test_a_dismissed_proposal_stays_dismissed_until_it_is_old(topic):
    propose_example("my words", topics=[topic.pk], day=NOW.date())
    dismiss_proposal(proposal=ProposedExample.objects.get())
    propose_example("my words", topics=[topic.pk], day=NOW.date())

    assert ProposedExample.objects.get().is_dismissed
    forget_old_proposals(now=NOW + timedelta(days=91))
    assert not ProposedExample.objects.exists()


# The page of staff


def test_staff_try_a_question_and_see_the_nearest_examples(reading, maria, client_for, now):
    page = client_for(maria).get("/staff/reading/", {"q": RAISE})

    read = page.context["reading"].topics[0]
    assert (read.name, read.like in page.content.decode()) == ("Negotiation", True)


def test_staff_keep_the_examples_of_a_topic(topic, maria, client_for, now):
    client, address = client_for(maria), "/staff/reading/?topic=negotiation"
    client.post(address, {"act": "add", "text": "how much more may I ask for"})
    example = TopicExample.objects.get()
    client.post(address, {"act": "retire", "number": example.pk})
    retired = TopicExample.objects.get()
    client.post(address, {"act": "bring-back", "number": example.pk})

    assert (example.topic, example.source, retired.is_active) == (topic, "staff", False)
    assert TopicExample.objects.get().is_active
    assert client.post(address, {"act": "add", "text": ""}).status_code == 422
    assert client.post(address, {"act": "retire", "number": 10**9}).status_code == 404


@pytest.mark.parametrize(("act", "examples"), [("accept", 1), ("dismiss", 0)])
def test_staff_decide_about_a_proposal_with_one_press(topic, maria, client_for, now, act, examples):
    propose_example("my words", topics=[topic.pk], day=NOW.date())

    client_for(maria).post("/staff/reading/", {"act": act, "number": ProposedExample.objects.get().pk})

    assert TopicExample.objects.count() == examples
    assert not ProposedExample.objects.filter(is_dismissed=False).exists()


@pytest.mark.parametrize(
    ("question", "kind"),
    [("Could you do a mock interview with me?", "interview"), ("Can you read my CV?", "feedback"), ("Hello there", "")],
)
def test_the_kind_of_help_is_suggested_for_the_brief(question, kind):
    brief = Brief(question=question)

    assert BriefForm(brief=brief)["issue_type"].value() == kind
    assert BriefForm(brief=Brief(question=question, issue_type="skill"))["issue_type"].value() == "skill"
