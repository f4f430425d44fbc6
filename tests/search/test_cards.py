"""What a card says is each reader's own, though much of it is worked out once for all who read alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from accounts.models import User
from common.templatetags.times import Reader
from mentors.models import Format, MentorProfile, Offer
from search.cards import CardWriter, ribbon_label, terms_text
from search.criteria import SearchCriteria
from search.finding import Match
from sessions_app.afterwards.track_record import TrackRecord
from sessions_app.availability.slots import Slot
from tests.markup import elements_of

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


def write(who=LONDON, *, lexemes=(), is_first=False, **wish):
    return CardWriter(SearchCriteria(**wish), who, lexemes).write(matched(), is_first=is_first)


@pytest.mark.parametrize(
    ("who", "clock", "soonest", "theirs"),
    [
        (LONDON, "14:30", "Thu 26 Nov, 14:30", "19:16"),
        (LONDON._replace(hour12=True), "2:30 pm", "Thu 26 Nov, 2:30 pm", "7:16 pm"),
        (LONDON._replace(zone="Pacific/Auckland"), "03:30", "Fri 27 Nov, 03:30", "19:16"),
        (LONDON._replace(now=NOW + timedelta(days=1)), "14:30", "tomorrow, 14:30", "19:16"),
    ],
    ids=["london", "twelve-hours", "auckland", "a-day-later"],
)
def test_times_are_the_readers_own_one_after_the_other(who, clock, soonest, theirs):
    for _again in range(2):
        card = write(who)
        assert f'<time datetime="2026-11-26T14:30Z">{clock}</time>' in card["slots"][0]
        assert card["soonest"] == f'<time datetime="2026-11-26T14:30Z">{soonest}</time>'
        assert theirs in card["clock"]


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
            (small,) = elements_of(write()["slots"][0], "small")
            days.append(small.text)

    assert [day.split(",")[0].strip() for day in days] == ["Thu", "Do", "Thu"]


def test_words_of_one_question_are_on_no_card_of_another():
    first, second = write(words="a raise & more", follows="f"), write(words="my talk")

    assert first["page"] == "/mentors/priya-rao/?q=a+raise+%26+more&follows=f"
    assert second["page"] == "/mentors/priya-rao/?q=my+talk"
    assert not any("raise" in str(value) for value in second.values())


def test_whatever_people_wrote_is_escaped_where_a_card_makes_markup_of_it():
    card = write(lexemes=("pride",), words='"><script>', is_first=True)

    assert card["asks"] == ["Pay &amp; &lt;i&gt;<mark>pride</mark>&lt;/i&gt;"]
    assert all("<b>Rao" not in link and "<script" not in link and "&amp;t=" in link for link in card["slots"])
    assert ["slot--first" in link for link in card["slots"]] == [True, False]


def test_only_what_this_reader_has_saved_says_so():
    names = [
        CardWriter(SearchCriteria(), LONDON, (), saved).write(matched(), is_first=False)["save"]
        for saved in (frozenset(), frozenset({5}), frozenset({7}))
    ]

    assert ['name="remove"' in save for save in names] == [False, True, False]


def test_proof_is_shown_from_enough_answers_on():
    few = CardWriter(SearchCriteria(), LONDON, ()).write(matched(), is_first=False)
    many = replace(matched(), proof=TrackRecord(sessions=40, answers=30, helped=29))

    assert (few["sessions"], few["helped"]) == (0, "")
    assert CardWriter(SearchCriteria(), LONDON, ()).write(many, is_first=False)["helped"] == "29 of 30"


def test_ribbon_label_says_the_free_parts_in_order():
    names = {(0, 2): "Tuesday evening", (1, 0): "Wednesday morning"}

    assert ribbon_label(frozenset(names), names) == "Free: Tuesday evening, Wednesday morning"
    assert ribbon_label(frozenset(), names) == "No free times in the next 7 days"
