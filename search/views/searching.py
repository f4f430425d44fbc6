"""The page where a visitor says what they are stuck on, and sees who can help and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_htmx.http import push_url, replace_url

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.viewing import signed_in, viewer_hour12, viewer_zone
from common.pages.parts import render_page, wants_part
from common.pages.sharing import listed, unlist
from common.templatetags.times import Reader
from common.times import when_text
from mentors.languages import language_choices
from mentors.models import Format, Length, Topic
from mentors.saved import saved_among
from mentors.topic_choices import topics_to_search
from programmes.models import RUNNING, Programme
from programmes.pairs import find_looking_in, list_narrowing, mentors_sharing
from search.cards import CardWriter
from search.criteria import WHEN_LABELS, Order, SearchCriteria
from search.entrances import list_entrances
from search.finding import PAGE, Results, find_mentors, is_unmet, list_relaxations
from search.forms import read_criteria
from search.messages import DROPPED, not_understood, results_heading, search_messages, unknown_words
from search.noting import note_search
from search.saved import build_cards as build_saved_cards
from search.saved import count_gone, list_saved
from search.understood import describe_reading
from search.waitlist_helpers import filters_of
from search.written_search import WrittenResults, find_writers
from sessions_app.afterwards.track_record import read_recent_record
from sessions_app.afterwards.voices import list_voices
from sessions_app.models import Booking
from sessions_app.models.schedules import Weekday
from sessions_app.models.waiting import DayPart
from sessions_app.pages.rows import SessionRow, upcoming_rows
from sessions_app.questions.gatherings import find_gatherings
from sessions_app.questions.limits import why_not_book_anyone
from sessions_app.questions.same_question import asked_already, find_earlier_engagement

EXAMPLES = (
    gettext_lazy("Is this offer fair?"),
    gettext_lazy("My deck is due Thursday"),
    gettext_lazy("First week as a manager"),
)
ON_HOME = 4
NEAREST = 3
# Events further ahead than this have their own page only.
COMING_UP = timedelta(days=60)
SORTS = {Order.SOONEST: gettext_lazy("Soonest"), Order.MATCH: gettext_lazy("Closest match")}


@login_not_required
@require_safe
@listed
def home_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    zone = viewer_zone(request)
    reader = signed_in(request)
    soonest = find_mentors(SearchCriteria(), zone=zone, now=now, mentee=reader, count=ON_HOME).matches
    today = now.astimezone(ZoneInfo(zone)).date()
    upcoming = next_session_of(reader, now=now) if reader else None
    return render(
        request,
        "search/home.html",
        {
            "examples": EXAMPLES,
            "entrances": list_entrances(),
            "voices": list_voices(now=now),
            "record": read_recent_record(now=now),
            "soonest": soonest,
            "nobody_is_free": not soonest and not is_anyone_free(reader, zone=zone, now=now),
            "limit": None if upcoming else why_not_book_anyone(reader, now=now),
            "today_only": bool(soonest)
            and all(match.slots[0].start.astimezone(ZoneInfo(zone)).date() == today for match in soonest),
            "next": upcoming,
            "gatherings": find_gatherings(now=now, near=COMING_UP, count=2),
            "nav": "home",
        },
    )


def is_anyone_free(reader: User | None, *, zone: str, now: datetime) -> bool:
    """Whether this reader would find any time at all. Pages ask it where they have nobody to show."""
    return bool(find_mentors(SearchCriteria(later=True), zone=zone, now=now, mentee=reader, count=1).matches)


def next_session_of(reader: User, *, now: datetime) -> SessionRow | None:
    """Their next session, if it begins within a day."""
    booking = Booking.objects.visible_to(reader).upcoming(now).with_people().first()
    if booking is None or booking.start >= now + timedelta(days=1):
        return None
    return upcoming_rows([booking], reader=reader, now=now)[0]


@login_not_required
@require_safe
@listed
def mentor_list(request: HttpRequest) -> HttpResponse:
    if request.GET:
        unlist(request)
    now, zone, reader = timezone.now(), viewer_zone(request), signed_in(request)
    wish = read_criteria(request.GET, typing=request.headers.get("HX-Trigger-Name") == "q")
    wish, without = exclude_asked(wish if reader else replace(wish, saved=False), reader)
    wish, programme = read_programme(wish, reader, now=now)
    among = mentors_sharing(programme, reader, now=now) if programme and reader else None
    if wish.format == Format.WRITING:
        written = find_writers(wish, now=now, mentee=reader, without=without, among=among)
        if not wants_part(request):
            note_search(wish, written.question, is_unmet=False, day=now.date())
        saved = saved_among(reader, [writer.profile.pk for writer in written.writers])
        return render_results(request, wish, writers_context(wish, written) | {"saved": saved, "programme": programme})
    asked: dict[str, Any] = {"zone": zone, "now": now, "mentee": reader, "without": without, "among": among}
    asked["chosen"] = programme.pk if programme else None
    found = find_mentors(wish, **asked, widen=True)
    if not found.question.chosen:
        # A topic that nobody knows is as if it weren't there.
        wish = replace(wish, topic="")
    if not wants_part(request):
        note_search(wish, found.question, is_unmet=is_unmet(found), day=now.date())
    context = {
        **results_context(
            wish,
            found,
            cards=write_cards(
                wish, found, who=Reader(zone, now, viewer_hour12(request)), reader=reader, token=get_token(request)
            ),
            said=dropped_messages(request, wish, found, zone=zone, now=now),
        ),
        "wait_filters": filters_of(wish),
        "programme": programme,
        "narrowing": [] if programme else list_narrowing(reader, now=now),
        "gatherings": [] if found.question.reading.is_crisis else find_gatherings(found.question.topics, now=now),
    }
    if not found.matches:
        context["relaxed"] = [
            (DROPPED[name], other.query_string(), count, count >= PAGE)
            for name, other, count in list_relaxations(wish, **asked)
        ]
        context["nobody_is_free"] = not wish.shown and not is_anyone_free(reader, zone=zone, now=now)
    return render_results(request, wish, context)


@require_safe
def saved_mentors(request: SignedInRequest) -> HttpResponse:
    zone, now = viewer_zone(request), timezone.now()
    rows = list_saved(request.user, now=now).select_related("profile__person")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": build_saved_cards(list(page), reader=request.user, zone=zone, now=now),
        "gone": count_gone(request.user),
        "nav": "saved",
    }
    return render(request, "search/saved.html", context)


def can_wait(wish: SearchCriteria, found: Results | WrittenResults, said: Sequence[str]) -> bool:
    """Whether to offer that someone is looked for. Who is asked in writing needs no time, so only if few were found."""
    return bool(wish.words and (said or wish.format != Format.WRITING)) and not found.question.reading.is_crisis


def writers_context(wish: SearchCriteria, found: WrittenResults) -> dict[str, Any]:
    """The page of mentors who answer in writing, which needs no time."""
    is_crisis = found.question.reading.is_crisis
    said = [] if is_crisis else search_messages(found.dropped, wish, soonest="", also=found.question.next_names)
    if is_lost(found) and found.writers:
        said = [not_understood(wish.words)]
    return results_context(wish, found, cards=found.writers, said=said)


def results_context(
    wish: SearchCriteria, found: Results | WrittenResults, *, cards: Sequence[Any], said: Sequence[str]
) -> dict[str, Any]:
    """What both pages of results have: `cards` for the people found, and sentences about what was given up."""
    is_without_sense = is_lost(found)
    return {
        "wish": wish,
        "found": found,
        **reading_context(wish, found, count=len(cards)),
        "cards": cards,
        "said": said,
        "claim": claim_about(wish, found) if cards and not said else "",
        "lost": is_without_sense,
        "can_loosen": found.is_partly and not found.following,
        "can_wait": can_wait(wish, found, said) and not is_without_sense,
        "day_parts": DayPart.choices,
        "weekdays": [(day.value, str(day.label)[:3]) for day in Weekday],
        "nearest_topics": [] if cards else nearest_topics(),
        "nav": "find",
        **filter_context(wish),
    }


def claim_about(wish: SearchCriteria, found: Results | WrittenResults) -> str:
    """What is true of everyone on the page: `writers`, `dates`, `later`, `week`; empty if nothing worth saying."""
    if wish.format == Format.WRITING:
        return "writers"
    if not wish.is_any_time or found.question.reading.is_crisis:
        return ""
    if wish.first or wish.last:
        return "dates"
    return "later" if wish.later else "week"


def reading_context(wish: SearchCriteria, found: Results | WrittenResults, *, count: int) -> dict[str, Any]:
    """How the words were read, and what can be claimed of the people shown."""
    reading = found.question.reading
    return {
        "heading": results_heading(
            wish, found.question, count=count, is_whole=found.is_whole, is_loose=found.wish.loose
        ),
        "reading": reading,
        "understood": describe_reading(reading, wish),
        "kept_about": [*(("about", slug) for slug in wish.about), *(("not", slug) for slug in wish.unlike)],
    }


def render_results(request: HttpRequest, wish: SearchCriteria, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or for htmx only its results, with the address that leads to them."""
    limit = why_not_book_anyone(signed_in(request), now=timezone.now()) if context["cards"] else None
    is_part = wants_part(request)
    context |= {"limit": limit, "is_part": is_part}
    response = render_page(request, "search/mentor_list.html", context, part="results")
    if not is_part:
        return response
    # The browser's back button should undo a filter, but not take back each letter that was typed.
    address = f"{reverse('mentor_list')}?{wish.query_string()}"
    return replace_url(response, address) if wish.typing else push_url(response, address)


def exclude_asked(wish: SearchCriteria, reader: User | None) -> tuple[SearchCriteria, frozenset[int]]:
    """The wish, and the ids of mentors who were asked this question already.

    When `wish.follows` names another person's engagement, it is dropped without a word.
    """
    earlier = find_earlier_engagement(reader, wish.follows)
    if earlier is None:
        return replace(wish, follows="", met=False), frozenset()
    return wish, frozenset() if wish.met else asked_already(earlier)


def read_programme(
    wish: SearchCriteria, reader: User | None, *, now: datetime
) -> tuple[SearchCriteria, Programme | None]:
    """The wish, and the programme to whose mentors it is narrowed.

    One in which this reader doesn't look for mentors, or that doesn't run, is dropped without a word.
    """
    if wish.programme and reader and reader.is_in_programmes:
        programme = find_looking_in(wish.programme, reader)
        if programme and programme.stage_at(now) in RUNNING:
            return wish, programme
    return replace(wish, programme=""), None


def nearest_topics() -> QuerySet[Topic]:
    return Topic.objects.active().leaves().order_by("position", "name")[:NEAREST]


def is_unclear(found: Results | WrittenResults) -> bool:
    # Nobody is said to match then.
    return found.question.reading.is_open or found.question.reading.is_crisis


def is_lost(found: Results | WrittenResults) -> bool:
    """Whether the words say nothing of what is needed: small words and punctuation alone."""
    return bool(found.wish.words) and not found.question.says_something


def dropped_messages(
    request: HttpRequest, wish: SearchCriteria, found: Results, *, zone: str, now: datetime
) -> list[str]:
    """What the search gave up to find people, or that it did not understand the words, as sentences.

    None where someone may be in danger: who knows how much about what is not what matters then.
    """
    if found.question.reading.is_crisis:
        return []
    if is_lost(found):
        return [not_understood(wish.words)] if found.matches else []
    unknown = found.question.unknown if found.matches and not found.question.topics else ()
    told = [unknown_words(unknown)] if unknown and not found.question.reading.is_open and not found.dropped else []
    if not found.dropped:
        return told
    start = found.matches[0].slots[0].start
    soonest = when_text(start, zone=zone, now=now, hour12=viewer_hour12(request))
    also = found.question.next_names
    return search_messages(found.dropped, wish, soonest=soonest, exact=found.exact, also=also)


def filter_context(wish: SearchCriteria) -> dict[str, Any]:
    """What the template needs for the row of filters and the links that sort."""
    more = (wish.topic, wish.language, wish.format, wish.instant, wish.saved, wish.first, wish.last)
    return {
        "whens": WHEN_LABELS.items(),
        "lengths": Length.choices,
        "formats": Format.choices,
        "languages": language_choices(),
        "topics": topics_to_search(),
        "more_count": sum(map(bool, more)),
        "sorts": [
            (label, wish.with_changes(order=order).query_string(), order == wish.order)
            for order, label in SORTS.items()
        ],
        "later_query": wish.with_changes(later=True).query_string(),
        "first_query": wish.with_changes().query_string(),
        "loose_query": wish.with_changes(loose=True).query_string(),
        "everyone_query": wish.with_changes(programme="").query_string(),
        "met_query": wish.with_changes(met=not wish.met).query_string(),
    }


def write_cards(
    wish: SearchCriteria, found: Results, *, who: Reader, reader: User | None, token: str
) -> list[SafeString]:
    saved = saved_among(reader, [match.profile.pk for match in found.matches])
    together = frozenset(Booking.objects.mentors_ahead(reader, who.now)) if reader else frozenset()
    is_soonest = wish.order == Order.SOONEST and not wish.shown and not is_lost(found) and not is_unclear(found)
    flag = _("Soonest match") if is_soonest else ""
    writer = CardWriter(wish, who, found.question.lexemes, saved, together, token, flag)
    return [writer.write(match, is_first=number == 0) for number, match in enumerate(found.matches)]
