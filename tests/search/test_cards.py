"""What a card says is each reader's own, though much of it is worked out once for all who read alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from common.templatetags.times import Reader
from mentors.models import Format, MentorProfile, Offer
from search import cards
from search.cards import CardWriter, ribbon_label, terms_text
from search.criteria import SearchCriteria
from search.finding import Match
from sessions_app.afterwards.track_record import TrackRecord
from sessions_app.availability.slots import Slot
from tests.markup import elements_in, elements_of, flatten, ids_in, links_in, parts_in

NOW = datetime(2026, 11, 24, 13, 46, 20, tzinfo=UTC)
START = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
LONDON = Reader("Europe/London", NOW, False)


def matched(**changed) -> Match:
    person = User(pk=7, name="Priya <b>Rao</b>")
    profile = MentorProfile(
        pk=5, slug="priya-rao", headline="Baker & founder", asks=["Pay & <i>pride</i>"], languages=["en"], person=person
    )
    offer = Offer(uuid=uuid4(), length=25, profile=profile)
    starts = [START, START + timedelta(hours=1)]
    return Match(
        profile=profile,
        offer=offer,
        slots=[Slot(start, start + timedelta(minutes=25)) for start in starts],
        zone="Asia/Kolkata",
        writes=False,
        times=2,
        free=frozenset({(2, 1)}),
        proof=TrackRecord(),
        **changed,
    )


def write(
    who=LONDON, match=None, *, lexemes=(), saved=frozenset(), together=frozenset(), is_first=False, flag="", **wish
):
    writer = CardWriter(SearchCriteria(**wish), who, lexemes, saved, together, "token", flag)
    return writer.write(match or matched(), is_first=is_first)


def link_of(card):
    (heading,) = elements_in(card, "a", id="m-priya-rao")
    return heading.attributes["href"]


@pytest.mark.parametrize(
    ("who", "clock", "soonest", "theirs"),
    [
        (LONDON, "14:30", "Thu 26 Nov, 14:30", "19:16"),
        (LONDON._replace(hour12=True), "2:30\xa0pm", "Thu 26 Nov, 2:30\xa0pm", "7:16 pm"),
        (LONDON._replace(zone="Pacific/Auckland"), "03:30", "Fri 27 Nov, 03:30", "19:16"),
        (LONDON._replace(now=NOW + timedelta(days=1)), "14:30", "tomorrow, 14:30", "19:16"),
    ],
    ids=["london", "twelve-hours", "auckland", "a-day-later"],
)
def test_times_are_the_readers_own_one_after_the_other(who, clock, soonest, theirs):
    for _again in range(2):
        card = write(who)
        assert f'<time datetime="2026-11-26T14:30Z">{clock}</time>' in card
        assert f'<time datetime="2026-11-26T14:30Z">{soonest}</time>' in card
        assert theirs in elements_of(card, "p", class_="meta")[0].text


@pytest.mark.parametrize(
    ("kind", "instant", "expected"),
    [
        (Format.VIDEO, True, ""),
        (Format.VIDEO, False, "On request"),
        (Format.PHONE, True, "Audio call"),
        (Format.CHAT, False, "Chat, on request"),
    ],
)
def test_cards_say_what_is_not_as_usual_about_their_times(kind, instant, expected):
    assert terms_text(kind, instant) == expected


def test_words_are_in_the_readers_language(two_languages):
    days = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            days.append(elements_of(write(), "small")[0].text)

    assert [day.split(",")[0].strip() for day in days] == ["Thu", "Do", "Thu"]


def test_words_of_one_question_are_on_no_card_of_another():
    first, second, none = write(words="a raise & more", follows="f"), write(words="my talk"), write()

    assert link_of(first) == "/mentors/priya-rao/?q=a+raise+%26+more&follows=f"
    assert link_of(second) == "/mentors/priya-rao/?q=my+talk"
    assert link_of(none) == "/mentors/priya-rao/"
    assert "raise" not in second
    assert "\0" not in first + second + none


def test_a_card_is_drawn_once_for_all_who_read_alike(monkeypatch):
    drawn = []
    monkeypatch.setattr(cards, "render_to_string", lambda *given: drawn.append(given) or render_to_string(*given))
    later, match = LONDON._replace(now=NOW + timedelta(seconds=30)), matched()
    cards.draw_card.cache_clear()

    alike = [write(LONDON, match, words="a raise"), write(later, match, words="my talk")]
    count = len(drawn)
    cards.draw_card.cache_clear()
    fresh = [write(later, match, words="my talk"), write(LONDON, match, words="a raise")]

    assert [template for template, _values in drawn[:count]].count("search/_mentor_card.html") == 1
    assert alike == fresh[::-1]


@pytest.mark.parametrize(
    "changed",
    [
        {"times": 3},
        {"free": frozenset({(3, 0)})},
        {"zone": "Europe/Paris"},
        {"writes": True},
        {"is_ready": True},
        {"because": ("Pay",)},
        {"proof": TrackRecord(sessions=3)},
        {"slots": [Slot(START, START + timedelta(minutes=25))]},
        {"offer": Offer(uuid=uuid4(), length=25)},
        {"offer": Offer(uuid=uuid4(), length=40)},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_a_card_that_was_drawn_stands_for_no_other(changed):
    match = matched()

    assert write(match=match) != write(match=replace(match, **changed))


def test_whatever_people_wrote_is_escaped_where_a_card_makes_markup_of_it():
    card = write(lexemes=("pride",), words='"><script>', is_first=True)

    assert "<li>Pay &amp; &lt;i&gt;<mark>pride</mark>&lt;/i&gt;</li>" in flatten(card)
    assert "<b>Rao" not in card
    assert "<script" not in card
    hrefs = [one.attributes["href"] for one in elements_in(card, "a", id="first-times")]
    assert all("?offer=" in href and "&q=%22%3E%3Cscript%3E&t=" in href for href in hrefs)


def test_only_the_first_card_leads_on_and_says_that_it_is_soonest():
    first, other = write(is_first=True, flag="Here first"), write(flag="Here first")

    assert ("Here first" in first, "Here first" in other) == (True, False)
    assert (ids_in(first) - ids_in(other)) == {"first-times"}
    assert [one.attributes["class"] for one in elements_in(first, "a", id="first-times")] == [
        "slot slot--first",
        "slot",
    ]


def test_who_has_a_session_with_them_ahead_is_offered_no_times():
    other, own = write(together={5}), write(together={7}, is_first=True, flag="Here first")

    assert ("together" in parts_in(other), "together" in parts_in(own)) == (False, True)
    assert [one for one in links_in(own) if "&t=" in one] == []
    assert "Here first" not in own
    assert "first-times" in ids_in(own)


def test_only_what_this_reader_has_saved_says_so():
    cards_of = [write(saved=saved) for saved in (frozenset(), frozenset({5}), frozenset({7}))]

    assert ["remove=" in card for card in cards_of] == [False, True, False]


def test_proof_is_shown_from_enough_answers_on():
    few = write()
    many = write(match=replace(matched(), proof=TrackRecord(sessions=40, answers=30, helped=29)))

    assert elements_of(few, "p", class_="proof") == []
    assert [one.text for one in elements_in(many, "b", class_="proof")] == ["40", "29 of 30"]


def test_ribbon_label_says_the_free_parts_in_order():
    names = {(0, 2): "Tuesday evening", (1, 0): "Wednesday morning"}

    assert ribbon_label(frozenset(names), names) == "Free: Tuesday evening, Wednesday morning"
    assert ribbon_label(frozenset(), names) == "No free times in the next 7 days"
