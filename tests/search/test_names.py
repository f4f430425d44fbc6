"""People are found by their names and by words with accents, however these are typed."""

import sys
import unicodedata

import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

from common.texts import fold
from demo.data import weighted_cities
from mentors.models import Topic
from search.criteria import Order, SearchCriteria
from search.finding import find_mentors
from search.indexing import write_people, write_profiles
from search.messages import results_heading
from search.templatetags.search import marked
from search.words import SearchQuestion, read_question
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of

pytestmark = pytest.mark.django_db

PEOPLE = """
Hanneke de Vries, Poppy Whitlock, Ousmane Diallo, Siobhán O'Sullivan, Søren Kierkegaard, Łukasz Wałęsa, José Benítez,
Nguyễn Thị Hồng, Đặng Văn Lâm, Will Young, An Do, Don Were, So Hyun, My Ho, Jürgen Groß, Françoise Lefèvre, Zoë Brontë,
Iñaki Etxeberria, Núria Puigdemont, Çağla Öztürk, Işıl Yıldırım, Þórdís Guðmundsdóttir, Åse Bjørnstad, Mette Æbelø,
Jiří Dvořák, Žofie Nováková, Ágnes Szőke, Ștefan Țepeș, Ðorđe Petrović, Līga Bērziņa, Rūta Šimkutė, Õie Pärn,
Дмитрий Соловьёв, Наталья Йовович, Ξένια Παπαδοπούλου, Անի Հակոբյան, ნინო ბერიძე, יעל כהן, مريم حسين, فاطمه رضایی,
王 秀英, 김 민준, さくら 渡辺, ソフィア 鈴木, पूजा शर्मा, প্রিয়া সেন, கவிதா ராஜன், ปรียา ศรีสุข, አበበ ቢቂላ, Ngozi Okonkwo,
Oluwaseun Adébáyò, Wanjirũ Mũthoni, Thandiwe Ndlovu, Kaʻiulani Keaweʻaheulu, Ngaire Tūhoe, Anne-Marie St. Clair,
Jean-Luc D’Angelo, Mary-Kate McAllister, Kelechi Eze, Ines Being, Grace Having, Miles Doing, Sienna Cummings
"""
NAMES = [name for line in PEOPLE.strip().splitlines() for name in line.rstrip(",").split(", ")]
FIRST_AND_LAST = [part for name in NAMES for part in name.split(" ", 1)]
BARE = {"Benítez": "benitez", "Wałęsa": "walesa", "Hồng": "hong", "Đặng": "dang", "Groß": "gross", "Søren": "soren"}


@pytest.fixture
def others():
    for number in range(3):
        make_mentor(make_person(f"m{number}@example.org", f"Quill{number} Xylo{number}"))


def found(words: str, *, typing: bool = False) -> list[str]:
    wish = SearchCriteria(words=words, typing=typing, later=True)
    return [match.profile.name for match in find_mentors(wish, zone="UTC", now=NOW).matches]


def call(person, name: str) -> None:
    person.name = name
    person.save()
    write_people(person.pk)


def ways(part: str) -> set[str]:
    """How people type a name: as it stands, in small or capital letters, by a keyboard that adds accents on its own."""
    return {part, part.lower(), part.upper(), unicodedata.normalize("NFD", part), f"  {part}?"}


def test_the_bank_holds_120_first_and_last_names():
    assert len(set(FIRST_AND_LAST)) >= 120


@pytest.mark.parametrize("name", NAMES)
def test_a_mentor_is_found_by_first_and_by_last_name(name, others, alice):
    call(alice, name)

    lost = {
        typed: names
        for part in [*name.split(" ", 1), name]
        for typed in ways(part)
        if (names := found(typed)) != [name]
    }

    assert lost == {}
    # What is found while typing is found by the button.
    assert all(found(part, typing=True) == [name] for part in name.split(" ", 1))


@pytest.mark.parametrize(("name", "typed"), BARE.items())
def test_accents_do_not_count(name, typed, others, alice):
    call(alice, f"Kim {name}")

    assert [found(typed), found(name), found(typed[:4], typing=True)] == [[f"Kim {name}"]] * 3


@pytest.mark.parametrize("typed", ["Brien", "O'Brien", "O’Brien", "OBrien", "o`brien"])
def test_an_apostrophe_may_be_left_out(typed, others, alice):
    call(alice, "Siobhán O’Brien")

    assert found(typed) == ["Siobhán O’Brien"]


def test_every_name_of_the_demo_is_found(others, alice):
    places, _ = weighted_cities()
    pairs = {pair for place in places for pair in zip(place.given, place.family, strict=False)}
    lost = []
    for given, family in sorted(pairs):
        call(alice, f"{given} {family}")
        lost += [part for part in (given, family) if found(part) != [alice.name]]

    assert (len(pairs) > 500, lost) == (True, [])


@pytest.mark.parametrize(
    "typed", ["résumé", "resume", "RESUMÉ", "re\N{COMBINING ACUTE ACCENT}sume\N{COMBINING ACUTE ACCENT}"]
)
@pytest.mark.parametrize("said", ["Look at my résumé", "Look at my resume"])
def test_a_word_is_found_with_and_without_its_accents(typed, said, others, alice):
    profile = alice.mentor_profile
    profile.asks = [said]
    profile.save()
    write_profiles([profile.pk])

    assert found(typed) == ["Alice Adair"]


@pytest.mark.parametrize("typed", ["résumé review please", "resume review"])
def test_a_topic_is_named_with_and_without_its_accents(typed, others, alice):
    topic = Topic.objects.create(name="Résumé review", slug="cv")
    alice.mentor_profile.topics.add(topic)
    write_profiles([alice.mentor_profile.pk])

    assert read_question(typed).topics == (topic.pk,)
    assert found(typed) == ["Alice Adair"]


def test_a_topic_whose_name_is_a_small_word_is_named_by_it_alone(others, alice):
    topic = Topic.objects.create(name="IT", slug="it")
    alice.mentor_profile.topics.add(topic)
    write_profiles([alice.mentor_profile.pk])

    assert found("IT") == ["Alice Adair"]
    assert read_question("is it fair").topics == ()


@pytest.mark.parametrize("words", ["IT", "how to be", "???", "…", "will", "-"])
@pytest.mark.parametrize("order", list(Order))
def test_what_is_not_understood_is_said_so(words, order, others, alice, now):
    response = Client().get("/mentors/", {"q": words, "sort": order})
    page = response.content.decode()

    assert not response.context["found"].question.says_something
    assert len(response.context["cards"]) == 4
    assert response.context["heading"] == results_heading(
        SearchCriteria(words="…"), SearchQuestion(), count=4, is_whole=True
    )
    assert elements_of(page, "span", class_="tag tag--now flag") == []
    assert f"“{escape(words)}”" in page


def test_a_small_word_that_is_somebodys_name_asks_for_them_alone(others, alice):
    call(alice, "Will Hunt")

    assert found("will") == ["Will Hunt"]
    # In a sentence it is a small word again.
    assert read_question("will it work").terms == read_question("it works").terms


def test_marks_stand_over_accents():
    assert marked("My résumé & I", ["resum"]) == "My <mark>résumé</mark> &amp; I"
    assert marked("Straße, ﬁnance, résumés", ["resum", "financ"]).endswith("<mark>résumés</mark>")


def test_python_and_the_database_take_the_same_accents_away():
    """Who is found by an index is found in a list that a page holds, too."""
    letters = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)) if chr(code).isalpha()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT said, search_plain(said) FROM unnest(%s) AS said", [letters])
        differ = {said for said, plain in cursor.fetchall() if fold(said) != plain.casefold()}

    assert differ == set()


def test_search_plain_leaves_other_scripts_whole():
    """Only accents go: marks that are letters of their own script stay, and nothing is ever longer than twice."""
    characters = [chr(code) for code in range(1, sys.maxunicode) if unicodedata.category(chr(code)) in ("Lo", "Mc")]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM unnest(%s) AS said WHERE search_plain(said) <> normalize(said, NFKC)", [characters]
        )
        assert cursor.fetchone()[0] == 0
