"""Cursors, kinds, the walk and the ribbon: no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.bounds.offer_bits import kind_bits
from search.criteria import SearchCriteria, When
from search.cursors import MOST_SHOWN, decode_shown, encode_shown
from search.ranking.best_first import find_best
from search.ribbon import parts_of_days
from search.words import SearchQuestion, at_least, begun_word, is_part, telling_words
from sessions_app.availability.slots import Slot
from tests.conftest import NOW, at

MONDAY = date(2026, 11, 30)


@given(st.frozensets(st.integers(1, 2**31 - 1), max_size=60))
def test_what_was_shown_comes_back(ids):
    assert decode_shown(encode_shown(ids)) == ids


@given(st.text(max_size=40))
def test_a_made_up_cursor_means_some_people_or_nothing(text):
    try:
        ids = decode_shown(text)
    except ValueError:
        return
    assert all(0 <= number < 2**31 for number in ids)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("é", id="not-ascii"),
        pytest.param("A" * 9000, id="too-long"),
        pytest.param("gA", id="ends-in-a-number"),
        pytest.param("_____w8", id="a-number-too-large"),
        pytest.param("BQA", id="twice-the-same"),
        pytest.param(encode_shown(range(1, MOST_SHOWN + 2)), id="too-many"),
    ],
)
def test_decode_shown_refuses(text):
    with pytest.raises(ValueError, match="no cursor"):
        decode_shown(text)


def test_a_full_cursor_fits_into_an_address():
    assert len(encode_shown(range(1, 100_000, 100))) == 1334


@pytest.mark.parametrize(
    ("filters", "fits"),
    [
        pytest.param({}, [True, True, True], id="none"),
        pytest.param({"lengths": (25,)}, [True, False, False], id="length"),
        pytest.param({"format_name": "chat"}, [False, True, True], id="format"),
        pytest.param({"instant": True}, [True, False, True], id="instant"),
        pytest.param({"lengths": (25,), "format_name": "chat"}, [False, False, False], id="of-one-and-the-same-offer"),
    ],
)
def test_kind_bits(filters, fits):
    offers = [((25,), "video", True), ((15,), "chat", False), ((15, 45), "chat", True)]
    kinds = [kind_bits(lengths, name, True) for lengths, name, _ in offers]
    kinds[1] = kind_bits((15,), "chat") & ~kinds[2]

    assert [bool(kind & kind_bits(**filters)) for kind in kinds] == fits


class Row:
    def __init__(self, name, bound, place):
        self.name, self.bound, self.real = name, bound, place

    @property
    def place(self):
        return self.bound


class Seen:
    def __init__(self, row):
        self.name, self.place = row.name, row.real


@given(st.data())
def test_best_finds_what_looking_at_everybody_finds(data):
    numbers = st.integers(0, 20)
    rows = [
        Row(name, (bound, name), (bound + slack, name))
        for name, (bound, slack) in enumerate(data.draw(st.lists(st.tuples(numbers, st.none() | numbers), max_size=30)))
        if slack is not None
    ]
    rows.sort(key=lambda row: row.bound)
    size, count = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 8))
    looked = []

    def look(batch):
        looked.extend(batch)
        return [Seen(row) for row in batch]

    batches = (rows[at : at + size] for at in range(0, len(rows), size))
    found = find_best(count, batches, look)

    assert [one.name for one in found] == [row.name for row in sorted(rows, key=lambda row: row.real)[:count]]


def test_best_stops_when_no_bound_can_beat_what_is_found():
    looked = []

    def look(batch):
        looked.extend(row.name for row in batch)
        return [Seen(row) for row in batch]

    rows = [[Row("a", 1, 2)], [Row("b", 3, 9)], [Row("c", 4, 4)]]

    assert [one.name for one in find_best(1, iter(rows), look)] == ["a"]
    assert looked == ["a"]


def test_parts_of_days_are_the_readers():
    starts = [at("2026-11-24 23:30"), at("2026-11-25 12:00"), at("2026-12-01 16:59"), at("2026-12-02 09:00")]

    slots = [Slot(start, start + timedelta(minutes=25)) for start in starts]

    assert parts_of_days(slots, zone="Europe/London", now=NOW) == {(0, 2), (1, 1)}
    assert parts_of_days(slots[:1], zone="Asia/Kolkata", now=NOW) == {(1, 0)}


@pytest.mark.parametrize(
    ("wish", "spans"),
    [
        pytest.param(SearchCriteria(), ["24 13:46–01 13:46"], id="any"),
        pytest.param(SearchCriteria(when=When.TODAY), ["24 13:46–25 00:00"], id="today"),
        pytest.param(SearchCriteria(when=When.TOMORROW), ["25 00:00–26 00:00"], id="tomorrow"),
        pytest.param(SearchCriteria(when=When.WEEKEND), ["28 00:00–29 00:00", "29 00:00–30 00:00"], id="weekend"),
        pytest.param(SearchCriteria(hours=2), ["24 13:46–24 15:46"], id="within-two-hours"),
        pytest.param(SearchCriteria(first=MONDAY, last=MONDAY), ["30 00:00–01 00:00"], id="a-day"),
        pytest.param(SearchCriteria(last=at("2026-11-23").date()), [], id="over"),
        pytest.param(SearchCriteria(when=When.TODAY, first=MONDAY), [], id="never"),
    ],
)
def test_times_of_a_wish(wish, spans):
    times = wish.times(zone="Europe/London", now=NOW)

    assert [f"{start:%d %H:%M}–{end:%d %H:%M}" for start, end in times] == spans


def test_evenings_follow_the_readers_clock_when_it_changes():
    now = at("2026-10-24 10:00")
    evenings = SearchCriteria(when=When.EVENING).times(zone="Europe/London", now=now)

    assert [f"{start:%d %H:%M}" for start, _ in evenings][:3] == ["24 16:00", "25 17:00", "26 17:00"]
    assert {end - start for start, end in evenings} == {timedelta(hours=6)}


@pytest.mark.parametrize(
    ("needed", "terms", "query"),
    [(1, ["'a'"], "('a')"), (2, ["'a'", "'b'", "'c'"], "('a' & 'b') | ('a' & 'c') | ('b' & 'c')"), (1, [], "")],
)
def test_at_least(needed, terms, query):
    assert at_least(needed, terms) == query


@pytest.mark.parametrize(("count", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4)])
def test_most_of_the_words_are_enough(count, needed):
    question = SearchQuestion(terms=tuple("abcdef"[:count]))

    assert question.tsquery(loose=False) == at_least(needed, question.terms)
    assert question.tsquery(loose=True) == at_least(1, question.terms)


def test_telling_words_are_rare_and_known():
    counts = {"offer": 900, "job": 20_000, "zyzzyva": 0, "it's": 3}

    assert telling_words(counts) == ["'it''s'", "'offer'"]
    assert telling_words({"job": 20_000, "work": 30_000}) == ["'job'"]
    assert telling_words({}) == []


def test_parts_of_a_hyphenated_word_are_no_words_of_their_own():
    counts = {"counter-off": 2, "counter": 2, "offer": 5, "level": 1}

    assert [lexeme for lexeme in counts if not is_part(lexeme, counts)] == ["counter-off", "level"]
    assert not is_part("offer", counts | {"counter-off": 0})


@pytest.mark.parametrize(
    ("words", "begun"),
    [("about nego", "nego"), ("a Talk", "talk"), ("no", ""), ("offer ", ""), ("offer?", ""), ("", ""), ("c++x%", "")],
)
def test_begun_word(words, begun):
    assert begun_word(words) == begun
