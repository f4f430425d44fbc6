import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from mentors.models import ProfileState, Topic
from search import finding, unmet
from search.criteria import Drop, Order, SearchCriteria, When
from search.demand import topic_waits
from search.finding import find_mentors, list_relaxations
from search.forms import read_criteria
from search.indexing import rebuild_index, write_profiles
from search.messages import search_messages
from search.models import UnmetSearch
from search.templatetags.search import marked
from search.words import read_question
from sessions_app.availability.slots import Slot
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.models import DateOverride, Feedback
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import elements_in, elements_of, links_in, markup_of, parts_in
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = pytest.mark.django_db
LONDON = "Europe/London"


ANYBODY = SearchCriteria()
EVERYBODY = ["Dora Dane", "Eve Ender", "Alice Adair"]


def names(wish: SearchCriteria = ANYBODY, zone: str = LONDON, now=NOW) -> list[str]:
    return [match.profile.name for match in find_mentors(wish, zone=zone, now=now).matches]


@pytest.fixture
def dora():
    person = make_person("dora@example.org", "Dora Dane", "America/New_York")
    make_mentor(person, length=45, headline="Speaker coach", asks=("My talk is too long", "Stage fright", "Slides"))
    return person


def test_find_mentors_lists_the_soonest_first(alice, dora):
    assert names() == ["Dora Dane", "Alice Adair"]


def test_find_mentors_shows_what_can_be_booked_now(alice, bob, offer):
    first = find_mentors(SearchCriteria(), zone=LONDON, now=NOW).matches[0].slots[0]

    assert first == Slot(at("2026-11-25 09:00"), at("2026-11-25 09:25"))
    assert book(offer, bob, first.start).state == "confirmed"
    assert find_mentors(SearchCriteria(), zone=LONDON, now=NOW).matches[0].slots[0].start == at("2026-11-25 09:30")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("counter-offer", ["Alice Adair"], id="a-word-of-an-ask"),
        pytest.param("my talks are much too long", ["Dora Dane"], id="stems"),
        pytest.param("speaker", ["Dora Dane"], id="headline"),
        pytest.param("quantum gravity", [], id="nobody"),
        pytest.param("the and of", ["Dora Dane", "Alice Adair"], id="stop-words-only"),
        pytest.param("'; DROP TABLE x & | ! <-> :*", [], id="query-syntax"),
        pytest.param("\\", ["Dora Dane", "Alice Adair"], id="backslash"),
        pytest.param("😀🎉", [], id="emoji"),
    ],
)
def test_find_mentors_by_words(alice, dora, words, found):
    assert names(SearchCriteria(words=words)) == found


@pytest.mark.parametrize("said", ["example.com:8080", "example.com/a:b"])
@pytest.mark.parametrize("order", list(Order))
def test_a_colon_inside_a_word_is_no_syntax(alice, said, order):
    profile = alice.mentor_profile
    profile.how_i_work = f"Look at {said} first."
    profile.save()
    write_profiles([profile.pk])

    assert names(SearchCriteria(words=said, order=order)) == ["Alice Adair"]


def test_find_mentors_by_a_topics_synonym(alice, dora, topic):
    alice.mentor_profile.topics.add(topic)
    write_profiles([alice.mentor_profile.pk])

    assert read_question("I need a salary talk soon").topics == (topic.pk,)
    assert names(SearchCriteria(words="I need a salary talk soon"))[0] == "Alice Adair"


def test_a_word_of_a_topic_is_a_beginning(alice, dora, topic):
    alice.mentor_profile.topics.add(topic)
    write_profiles([alice.mentor_profile.pk])

    wider = find_mentors(SearchCriteria(words="salary"), zone=LONDON, now=NOW, widen=True)

    assert (wider.dropped, [match.profile.name for match in wider.matches]) == (
        (Drop.TIME, Drop.WORDS),
        ["Alice Adair"],
    )


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        pytest.param(SearchCriteria(lengths=(45,)), ["Dora Dane"], id="length"),
        pytest.param(SearchCriteria(language="ta"), [], id="language"),
        pytest.param(SearchCriteria(format="phone"), [], id="format"),
        pytest.param(SearchCriteria(when=When.TODAY), ["Dora Dane"], id="today"),
        pytest.param(SearchCriteria(when=When.WEEKEND), [], id="weekend"),
        pytest.param(SearchCriteria(when=When.EVENING), ["Dora Dane"], id="evening-of-the-reader"),
        pytest.param(SearchCriteria(instant=True), ["Dora Dane", "Alice Adair"], id="instant"),
        pytest.param(SearchCriteria(topic="negotiation"), [], id="topic"),
    ],
)
def test_find_mentors_by_filters(alice, dora, topic, wish, found):
    assert names(wish) == found


def test_days_and_evenings_are_the_readers(alice):
    # 09:00 in London on Wednesday is 18:00 on Wednesday in Tokyo.
    assert names(SearchCriteria(when=When.EVENING), zone="Asia/Tokyo") == ["Alice Adair"]
    assert names(SearchCriteria(when=When.EVENING), zone=LONDON) == []


@pytest.mark.parametrize("state", [state for state in ProfileState if state != ProfileState.APPROVED])
def test_only_public_profiles_are_found(alice, state):
    alice.mentor_profile.state = state
    alice.mentor_profile.save()

    assert names() == []


def test_a_closed_account_is_not_found(alice):
    alice.is_active = False
    alice.save()

    assert names() == []


def test_later_times_are_behind_a_link(alice):
    alice.mentor_profile.paused_until = (NOW + timedelta(days=12)).date()
    alice.mentor_profile.save()

    assert names() == []
    assert names(SearchCriteria(later=True)) == ["Alice Adair"]


def test_closest_match_puts_relevance_first(alice, dora):
    question = "Too long a talk about my counter-offer"

    assert names(SearchCriteria(words=question)) == ["Dora Dane"]
    assert names(SearchCriteria(words=question, loose=True)) == ["Dora Dane", "Alice Adair"]
    assert names(SearchCriteria(words="a level talk", loose=True)) == ["Dora Dane", "Alice Adair"]
    assert names(SearchCriteria(words="what level to ask for in a talk", loose=True, order=Order.MATCH)) == [
        "Alice Adair",
        "Dora Dane",
    ]


def test_relaxations_name_the_filter_that_costs_most(alice, dora):
    wish = SearchCriteria(lengths=(25,), when=When.TODAY, format="phone", language="de")
    found = list_relaxations(replace(wish, language=""), zone=LONDON, now=NOW)

    assert [(name, count) for name, _, count in found] == [("format", 2)]
    assert list_relaxations(wish, zone=LONDON, now=NOW) == []


@pytest.mark.parametrize(
    ("wish", "dropped", "found"),
    [
        pytest.param(SearchCriteria(when=When.WEEKEND), (Drop.TIME,), EVERYBODY, id="time"),
        pytest.param(SearchCriteria(lengths=(15,)), (Drop.TIME, Drop.LENGTH), EVERYBODY, id="length"),
        pytest.param(
            SearchCriteria(words="counter-offer", lengths=(45,)),
            (Drop.TIME, Drop.LENGTH),
            ["Alice Adair"],
            id="keeps-words",
        ),
        pytest.param(
            SearchCriteria(words="My talk on reorgs and parachutes"),
            (Drop.TIME, Drop.WORDS),
            EVERYBODY,
            id="any-word",
        ),
        pytest.param(SearchCriteria(words="quantum gravity"), (), [], id="nobody"),
        pytest.param(SearchCriteria(), (), EVERYBODY, id="not-needed"),
    ],
)
def test_find_mentors_asks_for_less_where_nobody_is_found(alice, dora, wish, dropped, found):
    eve = make_mentor(make_person("eve@example.org", "Eve Ender", "Asia/Tokyo"), asks=("Parachutes",))
    eve.offers.update(length=20, format="chat")
    write_profiles([eve.pk])

    wider = find_mentors(wish, zone=LONDON, now=NOW, widen=True)

    assert (wider.dropped, [match.profile.name for match in wider.matches]) == (dropped, found)


def test_numbers_are_shown_from_five_answers_on(alice, offer):
    for number in range(5):
        person = make_person(f"p{number}@example.org", f"Person {number}")
        start = at("2026-11-25 09:00") + timedelta(minutes=30 * number)
        booking = book(offer, person, start)
        complete_ended(now=at("2026-11-26 00:00"))
        answer = "no" if number == 0 else "yes"
        Feedback.objects.create(booking=booking, author=person, role="mentee", resolution=answer, created_at=NOW)
        # A week later nothing that was said is blind any more.
        proof = find_mentors(SearchCriteria(), zone=LONDON, now=at("2026-12-04 00:00")).matches[0].proof
        assert proof.is_shown == (number == 4)

    assert (proof.sessions, proof.percent) == (5, 80)


@pytest.mark.parametrize("count", [1, 3])
def test_mentor_list_asks_a_fixed_number_of_queries(now, count, django_assert_num_queries):
    for number in range(count):
        make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))

    Client().get("/help/")  # Each process reads the footer's texts once.
    find_mentors(SearchCriteria(), zone=LONDON, now=now)  # Each connection prepares its statements once.
    # words, candidates, timetables with offers, cards, topics of the filter, events
    with django_assert_num_queries(6):
        response = Client().get("/mentors/?q=counter-offer")

    assert response.content.decode().count('<article class="mcard"') == count


def test_mentor_list_links_each_time_with_everything_chosen(alice, offer, now):
    page = Client().get("/mentors/?q=counter-offer").content.decode()

    expected = f"/mentors/alice-adair/?offer={offer.uuid}&amp;q=counter-offer&amp;t=2026-11-25T09%3A00Z#book"
    assert expected in page
    assert "Should I take the <mark>counter</mark>-<mark>offer</mark>?" in page


def test_mentor_list_keeps_the_chosen_topic_and_language(now, db):
    for position, name in enumerate(("Work", "Art & craft")):
        parent = Topic.objects.create(name=name, slug=f"parent-{position}", position=position)
        for leaf in ("zeta", "alpha"):
            Topic.objects.create(name=f"{leaf} & {position}", slug=f"{leaf}-{position}", parent=parent)
    page = Client().get("/mentors/?topic=alpha-1&language=pt").content.decode()

    groups = page[page.index('name="topic"') : page.index("</select>", page.index('name="topic"'))]
    assert re.findall(r'<optgroup label="([^"]*)">|<option value="([^"]*)"( selected)?>([^<]*)', groups) == [
        ("", "", "", "Any"),
        ("Work", "", "", ""),
        ("", "alpha-0", "", "alpha &amp; 0"),
        ("", "zeta-0", "", "zeta &amp; 0"),
        ("Art &amp; craft", "", "", ""),
        ("", "alpha-1", " selected", "alpha &amp; 1"),
        ("", "zeta-1", "", "zeta &amp; 1"),
    ]
    assert '<option value="pt" selected>Portuguese · Português</option>' in page
    assert page.count('<option value="de">German · Deutsch</option>') == 1


def test_mentor_list_escapes_what_was_typed(now, db):
    page = Client().get("/mentors/", {"q": "<script>alert(1)</script>"}).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in page


def test_mentor_list_without_a_match_says_what_to_do(alice, now):
    page = Client().get("/mentors/?q=quantum+gravity").content.decode()

    assert len(elements_of(page, "div", class_="empty")) == 1
    assert [link for link in links_in(page) if link.startswith("/mentors/") or "anyone=" in link]


def test_mentor_list_answers_htmx_with_the_results_only(alice, now):
    response = Client().get("/mentors/", headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert 'id="m-alice-adair"' in response.content.decode()
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=99999999&page=7",
        "cursor=%00%FF",
        "cursor=" + "A" * 9000,
        "from=2026-02-30&to=x",
        "from=2026-12-24&to=2026-12-01",
        "from=2098-01-01",
        "len=abc&len=999999999999999999999",
        "when=never&sort=x&topic=%00&language=zz&format=x",
        "q=" + "a" * 5000,
        "q=%00%1b",
        "q=" + "%F0%9F%98%80" * 300,
    ],
)
def test_mentor_list_has_patience_with_any_address(alice, now, query):
    response = Client().get(f"/mentors/?{query}")

    assert response.status_code == 200
    assert [link.attributes["href"] for link in elements_of(response.content.decode(), "a", class_="brand")] == ["/"]


def test_read_wish_and_query_are_inverse(topic):
    wish = SearchCriteria(
        words="my question & more",
        when=When.EVENING,
        lengths=(15, 25),
        topic="negotiation",
        language="ta",
        format="phone",
        instant=True,
        later=True,
        loose=True,
        first=date(2026, 12, 1),
        last=date(2026, 12, 24),
        order=Order.MATCH,
        shown=frozenset({3, 70, 100_000}),
    )
    assert read_criteria(QueryDict(wish.query_string())) == wish
    assert SearchCriteria().query_string() == ""


def test_marked_escapes_and_marks_stems():
    assert marked("Two <b>offers</b>", ["offer"]) == "Two &lt;b&gt;<mark>offers</mark>&lt;/b&gt;"
    assert marked("a.b", ["."]) == "a.b"


def test_home_shows_who_is_free_soonest(alice, dora, now):
    page = Client().get(reverse("home")).content.decode()

    assert re.findall(r"<h3>(\w+ \w+)</h3>", page)[:2] == ["Dora Dane", "Alice Adair"]


def test_home_leads_to_topics_that_somebody_can_be_found_for(alice, dora, bob, now):
    group = Topic.objects.create(name="Group", slug="group")
    known, asked, hidden = (
        Topic.objects.create(name=name, slug=name.lower(), parent=group, position=place, is_active=name != "Hidden")
        for place, name in enumerate(("Known", "Asked", "Hidden"))
    )
    Topic.objects.create(name="Unknown", slug="unknown", parent=group)
    alice.mentor_profile.topics.set([known, hidden])
    dora.mentor_profile.topics.set([asked, hidden])
    write_profiles([alice.mentor_profile.pk, dora.mentor_profile.pk])
    entrances = re.compile(r"href=\"/mentors/\?topic=(\w+)\"")

    before = entrances.findall(Client().get("/").content.decode())
    book(dora.mentor_profile.offers.get(), bob, at("2026-11-26 14:00"))
    after = entrances.findall(Client().get("/").content.decode())

    assert (before, after) == (["known", "asked"], ["asked", "known"])
    assert names(SearchCriteria(topic="asked")) == ["Dora Dane"]


def test_home_without_anybody_says_so(db, now):
    page = Client().get("/").content.decode()

    assert len(elements_of(page, "div", class_="empty")) == 1


@pytest.mark.parametrize("query", ["", "?q=quantum+gravity", "?topic=negotiation&len=45"])
@pytest.mark.parametrize("path", ["/", "/mentors/"])
def test_where_nobody_has_times_no_page_leads_to_another_empty_one(path, query, alice, topic, now):
    alice.mentor_profile.schedule.windows.all().delete()
    write_profiles([alice.mentor_profile.pk])

    answer = Client().get(path + query)
    page = markup_of(answer)

    [empty] = elements_of(page, "div", class_="empty")
    looks_for_them = 'action="/waiting/join/"' in page
    assert answer.context["nobody_is_free"]
    assert not [link for link in elements_of(page, "a") if empty.start <= link.start < empty.end]
    assert ("ask-anyway" in parts_in(page)) != looks_for_them
    assert looks_for_them == (path + query == "/mentors/?q=quantum+gravity")


def test_home_leads_to_later_times_where_there_are_some(alice, now):
    alice.mentor_profile.schedule.windows.all().delete()
    DateOverride.objects.create(schedule=alice.mentor_profile.schedule, date=date(2026, 12, 10), minutes=[540, 600])
    write_profiles([alice.mentor_profile.pk])

    home = Client().get("/")

    assert not home.context["nobody_is_free"]
    assert links_in(markup_of(home), class_="empty") == {"/mentors/?later=1"}
    assert "Alice Adair" in markup_of(Client().get("/mentors/?later=1"))


def test_home_shows_my_next_session(offer, bob, client_for, now):
    book(offer, bob)

    with time_machine.travel(THURSDAY - timedelta(hours=20), tick=False):
        page = client_for(bob).get("/").content.decode()

    assert "Alice Adair" in elements_of(page, "section", aria_labelledby="next-title")[0].text


def test_times_at_which_the_reader_is_busy_are_not_offered_to_them(alice, offer, bob, charlie):
    first = at("2026-11-25 09:00")
    other = make_mentor(make_person("eve@example.org", "Eve Ender"), windows=[(3, 540, 600)])
    book(other.offers.get(), bob, first)

    def soonest_of_alice(reader):
        matches = find_mentors(SearchCriteria(), zone=LONDON, now=NOW, mentee=reader).matches
        return next(match.slots[0].start for match in matches if match.profile.person_id == alice.pk)

    assert [soonest_of_alice(reader) for reader in (bob, charlie, None)] == [
        first + timedelta(minutes=30),
        first,
        first,
    ]


def test_the_readers_time_stays_taken_however_far_the_walk_goes(alice, offer, bob, charlie, monkeypatch):
    """The last question to the index, which finds nobody else, says nothing of the reader's time."""
    monkeypatch.setattr(finding, "CHUNKS", (1, 1))
    make_mentor(charlie)
    book(charlie.mentor_profile.offers.get(), bob, at("2026-11-25 09:30"))

    match = next(match for match in find_mentors(SearchCriteria(), zone=LONDON, now=NOW, mentee=bob).matches)

    assert [slot.start for slot in match.slots] == [at(f"2026-11-25 {clock}") for clock in ("09:00", "10:00", "10:30")]


def test_who_is_free_in_a_later_stage_only_is_found(alice):
    """They are open this evening, but only from its end on; the next evening is looked at once too few were found."""
    make_mentor(make_person("eve@example.org", "Eve Ender"), windows=[(2, 1200, 1440), (3, 1080, 1200)], notice=560)
    rebuild_index(now=NOW)

    assert names(SearchCriteria(when=When.EVENING)) == ["Eve Ender"]


def test_the_word_being_typed_is_found_by_its_beginning(alice, dora):
    assert names(SearchCriteria(words="how to coun", typing=True)) == ["Alice Adair"]
    assert names(SearchCriteria(words="how to coun")) == []
    # Stems alone would not do: counter-off is what Postgres keeps of counter-offer.
    assert names(SearchCriteria(words="counter-offe", typing=True)) == ["Alice Adair"]


def test_everybody_is_shown_once_while_bookings_go_on(bob, alice):
    """Between two pages somebody on the first is booked, and somebody beyond it has a time sooner than anybody."""
    profiles = [make_mentor(make_person(f"m{n}@example.org", f"Mentor {n}")) for n in range(4)]
    late = make_mentor(make_person("late@example.org", "Late Lee"), max_per_day=1)
    hers = book(late.offers.get(), bob, at("2026-11-25 09:00"))

    first = find_mentors(SearchCriteria(), zone=LONDON, now=NOW, count=3)
    book(first.matches[0].offer, make_person("eve@example.org", "Eve Ender"), at("2026-11-25 09:00"))
    cancel_booking(booking=hers, by=bob, reason="ill", now=NOW)
    second = find_mentors(first.following, zone=LONDON, now=NOW, count=3)

    shown = [match.profile.pk for match in (*first.matches, *second.matches)]
    assert sorted(shown) == sorted([alice.mentor_profile.pk, late.pk, *(profile.pk for profile in profiles)])
    assert (second.following, second.is_whole, first.is_whole) == (None, False, False)


def test_the_next_page_goes_on_where_the_first_one_ends(alice, bob, client_for, now):
    everybody = {alice.mentor_profile.slug}
    everybody |= {make_mentor(make_person(f"m{n}@example.org", f"Mentor {n}")).slug for n in range(finding.PAGE)}
    pages, address = [], "/mentors/"
    while address and len(pages) < 3:
        page = client_for(bob).get(address).content.decode()
        pages.append({slug for slug in everybody if f'id="m-{slug}"' in page})
        following = re.search(r'rel="next" href="([^"]+)"', page)
        # A phone would show the search again, and not the people, at the top of that page.
        assert not following or following[1].endswith("#found")
        address = f"/mentors/{unescape(following[1])}" if following else ""

    assert [len(found) for found in pages] == [finding.PAGE, 1]
    assert pages[0] | pages[1] == everybody


def test_after_a_thousand_people_there_is_no_further_page(alice, dora):
    shown = frozenset(range(10**6, 10**6 + 999))

    assert find_mentors(SearchCriteria(shown=shown), zone=LONDON, now=NOW, count=1).following.shown > shown
    assert find_mentors(SearchCriteria(shown=shown | {1}), zone=LONDON, now=NOW, count=1).following is None


def said_in(html: str) -> list[str]:
    """The sentences above the results."""
    return [sentence.text for sentence in elements_in(html, "p", id="found-title")]


def test_the_list_says_what_it_gave_up(alice, dora, now):
    client = Client(headers={"cookie": "tz=Europe/London"})
    weekend = client.get("/mentors/?when=weekend&len=15").content.decode()
    words = client.get("/mentors/?q=my+level,+my+talk,+my+kite").content.decode()

    weekend_wish = SearchCriteria(when=When.WEEKEND, lengths=(15,))
    assert said_in(weekend) == search_messages(
        [Drop.TIME, Drop.LENGTH], weekend_wish, soonest="Tuesday 24 November, 18:10"
    )
    assert said_in(words) == search_messages(
        [Drop.WORDS], SearchCriteria(words="my level, my talk, my kite"), soonest=""
    )


def test_home_speaks_of_today_only_where_all_that_it_shows_is_today(now, request):
    def speaks() -> bool:
        return Client().get(reverse("home")).context["today_only"]

    spoken = [speaks()]
    for name in ("dora", "alice"):  # free today, and from tomorrow
        request.getfixturevalue(name)
        spoken.append(speaks())

    assert spoken == [False, True, False]


@pytest.mark.parametrize(
    ("query", "part", "kept"),
    [
        pytest.param("q=Quantum++GRAVITY", False, [("quantum gravity", 2)], id="nobody"),
        pytest.param("q=Quantum+GRAVITY", True, [], id="while-typing"),
        pytest.param("q=counter-offer", False, [], id="somebody"),
        pytest.param("q=counter-offer&when=weekend", False, [], id="somebody-at-another-time"),
        pytest.param("when=weekend", False, [], id="no-words"),
        pytest.param("q=" + "x" * 400, False, [("x" * 120, 2)], id="long"),
    ],
)
def test_words_that_find_nobody_are_counted(alice, now, query, part, kept):
    headers = {"HX-Request": "true", "HX-Trigger-Name": "q"} if part else {}
    for _time in range(2):
        Client().get(f"/mentors/?{query}", headers=headers)

    assert list(UnmetSearch.objects.values_list("words", "count")) == kept


def test_nobody_fills_the_table_of_unmet_searches(db, monkeypatch):
    monkeypatch.setattr(unmet, "MOST_A_DAY", 2)
    for words in ("one", "two", "three", "one"):
        unmet.note_unmet(words, day=NOW.date())

    assert set(UnmetSearch.objects.values_list("words", "count")) == {("one", 2), ("two", 1)}


def test_unmet_searches_are_forgotten_after_ninety_days(db):
    unmet.note_unmet("old", day=(NOW - timedelta(days=91)).date())
    unmet.note_unmet("new", day=NOW.date())

    unmet.forget_old(now=NOW)

    assert list(UnmetSearch.objects.values_list("words", flat=True)) == ["new"]


def test_staff_see_what_nobody_answers_and_where_people_wait(alice, dora, topic, maria, client_for, now):
    empty = Topic.objects.create(name="Kites", slug="kites", parent=topic.parent)
    alice.mentor_profile.topics.add(topic)
    rebuild_index(now=NOW)
    for _time in range(3):
        unmet.note_unmet("quantum gravity", day=NOW.date())

    page = markup_of(client_for(maria).get("/staff/unmet/"))

    assert [(wait.topic, wait.mentors, wait.soon) for wait in topic_waits(now=NOW)] == [
        (empty.name, 0, 0),
        (topic.name, 1, 1),
    ]
    assert re.findall(r"quantum gravity</a></th><td class=\"n\">(\d+)", page) == ["3"]


@pytest.mark.parametrize("who", ["bob", None])
def test_staff_pages_of_searches_are_closed_to_others(bob, client_for, who):
    client = client_for(bob) if who else Client()

    assert client.get("/staff/unmet/").status_code in (302, 404)


def test_results_leave_out_the_readers_own_profile(alice, bob, client_for, now):
    own = reverse("mentor_detail", args=["alice-adair"])

    pages = [client_for(reader).get(reverse("mentor_list")).content.decode() for reader in (alice, bob)]
    results = [page.partition("<main")[2] for page in pages]  # the account's menu leads to one's own page too

    assert [own in result for result in results] == [False, True]


def test_results_leave_out_times_of_the_readers_own_sessions(alice, bob, charlie, client_for, now):
    half_hour = [(3, 600, 630)]
    other = make_mentor(make_person("dora@example.org", "Dora Dane"), windows=half_hour).offers.get()
    alice.mentor_profile.schedule.windows.exclude(weekday=3).delete()
    alice.mentor_profile.schedule.windows.update(start=600, end=630)
    book(other, bob, at("2026-11-25 10:00"))

    pages = [client_for(reader).get(reverse("mentor_list")).content.decode() for reader in (bob, charlie)]

    assert ["2026-11-25T10" in page for page in pages] == [False, True]
