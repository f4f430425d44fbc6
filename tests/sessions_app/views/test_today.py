import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mentors.models import Format, IssueType, MentorProfile, ProfileState
from mentors.resting import stop_asking_first
from sessions_app.attendance.acts import join_call, run_late
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.requests import accept_booking, decline_booking, withdraw_booking
from sessions_app.booking.stages import countdown_to, starts_text
from sessions_app.forms.requests import DeclineForm
from sessions_app.models import Booking, BookingEvent, BookingState, Brief, Schedule
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import (
    answers_in,
    choices_in,
    elements_in,
    elements_of,
    forms_in,
    links_in,
    markup_of,
    part_in,
    parts_in,
    problems_in,
    refusals_in,
    stage_in,
    text_of,
    words_of,
)
from tests.sessions_app.conftest import QUESTION, book

TODAY = "/mentor/"


def url_of(booking):
    return f"/sessions/{booking.uuid}/respond/"


@pytest.fixture
def client(alice, client_for, now):
    return client_for(alice)


def test_today_is_empty_with_the_next_free_time(client):
    assert "Wednesday 25 November, 09:00" in part_in(markup_of(client.get(TODAY)), "empty")


@pytest.mark.parametrize("state", [state for state in ProfileState if state != ProfileState.APPROVED])
def test_today_says_when_a_profile_is_not_live_and_leads_to_it(client, alice, state):
    alice.mentor_profile.state = state
    alice.mentor_profile.save()
    page = markup_of(client.get(TODAY))
    assert [part for part in parts_in(page) if part.startswith("profile-")] == [f"profile-{state}"]
    assert links_in(page, data_part=f"profile-{state}") == {"/mentor/profile/"}


def test_today_shows_the_next_session_first(client, booking):
    page = markup_of(client.get(TODAY))
    [head] = elements_of(page, "section", class_="now")
    shown = ["25", "Bob Bose", "Thursday 26 November, 14:30–14:55", "2 days", QUESTION]
    assert [words for words in shown if words not in head.text] == []
    assert f"/sessions/{booking.uuid}/join/" not in forms_in(page)


def test_today_lets_a_mentor_join_when_the_call_is_open(client_for, alice, booking, settings):
    with time_machine.travel(booking.start - timedelta(minutes=5), tick=False):
        response = client_for(alice).get(TODAY)
        settings.MEETING_URL = "https://meet.example.org/{token}"
        elsewhere = client_for(alice).get(TODAY)
    assert f"/sessions/{booking.uuid}/room/" in links_in(markup_of(response))
    assert f"/sessions/{booking.uuid}/join/" in forms_in(markup_of(elsewhere))


@pytest.mark.parametrize("seconds", [1, 59, 60, 61, 330, 3540])
def test_words_and_countdown_tell_the_same_minutes(booking, seconds):
    now = booking.start - timedelta(seconds=seconds)
    assert countdown_to(booking, now).number in starts_text(booking, now).split()


@pytest.mark.parametrize(("act", "part"), [(run_late, "other-late"), (join_call, "other-here")])
def test_today_says_whether_the_mentee_is_late_or_there(client_for, alice, bob, booking, act, part):
    with time_machine.travel(booking.start - timedelta(minutes=5), tick=False):
        client, now = client_for(alice), timezone.now()
        assert part not in parts_in(markup_of(client.get(TODAY)))
        act(booking=booking, by=bob, now=now)
        assert part in parts_in(markup_of(client.get(TODAY)))


def test_today_lists_the_other_sessions_of_the_readers_day(client_for, alice, offer, bob, charlie, maria):
    times = [(bob, "2026-11-26 09:00"), (charlie, "2026-11-26 14:30"), (maria, "2026-11-27 09:00")]
    sessions = [book(offer, person, at(time)) for person, time in times]
    with time_machine.travel(at("2026-11-26 08:00"), tick=False):
        page = markup_of(client_for(alice).get(TODAY))
    links = links_in(page)
    assert [f"/sessions/{booking.uuid}/" in links for booking in sessions] == [True, True, False]
    assert len(elements_of(page, "h2", id="sessions-title")) == 1


def test_today_asks_for_the_oldest_deadline_first(client, ask_first, bob, charlie):
    late = book(ask_first, bob)
    early = book(ask_first, charlie, at("2026-11-25 10:00"))
    assert early.expires_at < late.expires_at
    page = client.get(TODAY).content.decode()
    assert re.findall(r'href="(/sessions/[^"]+/respond/)"', page) == [url_of(early), url_of(late)]
    assert [title.text.split()[0] for title in elements_of(page, "h2", id="requests-title")] == ["2"]


def test_today_leaves_out_requests_whose_time_is_over(client_for, alice, request_for):
    with time_machine.travel(request_for.expires_at, tick=False):
        links = links_in(markup_of(client_for(alice).get(TODAY)))
    assert url_of(request_for) not in links


def switch_off_offers(profile):
    profile.offers.update(instant=False)
    stop_asking_first(profile=profile, now=NOW)


@pytest.mark.parametrize(
    ("change", "code", "page"),
    [
        (lambda profile: profile.schedule.delete(), "no_schedule", "/mentor/availability/"),
        (lambda profile: profile.offers.update(is_active=False), "no_offer", "/mentor/offers/"),
        (switch_off_offers, "offers_off", "/mentor/still-here/"),
        (lambda profile: profile.schedule.windows.all().delete(), "no_times", "/mentor/availability/"),
    ],
    ids=["no schedule", "no offer", "offers switched off", "no windows"],
)
def test_today_names_the_one_fact_that_keeps_people_away(client, alice, change, code, page):
    change(alice.mentor_profile)
    shown = markup_of(client.get(TODAY))
    assert [part for part in parts_in(shown) if part.startswith("nudge-")] == [f"nudge-{code}"]
    assert links_in(shown, data_part=f"nudge-{code}") == {page}


def test_today_of_a_paused_mentor_says_until_when(client, alice):
    profile = alice.mentor_profile
    profile.paused_until = (NOW + timedelta(days=13)).date()
    profile.save()
    assert "Mon 7 Dec" in part_in(markup_of(client.get(TODAY)), "nudge-away")


@pytest.mark.parametrize(
    ("days", "codes"), [(0, ["no_times_soon"]), (8, []), (60, ["time_off"])], ids=["booked up", "a week", "two months"]
)
def test_today_does_not_ask_a_mentor_who_takes_time_off_for_more_times(client, alice, days, codes):
    schedule = alice.mentor_profile.schedule
    today = NOW.date()
    if days:
        schedule.time_off.create(first=today, last=today + timedelta(days=days))
    else:
        schedule.windows.all().delete()
        schedule.overrides.create(date=today + timedelta(days=14), minutes=[540, 1020])

    page = markup_of(client.get(TODAY))

    assert [part for part in parts_in(page) if part.startswith("nudge-")] == [f"nudge-{code}" for code in codes]


@pytest.mark.parametrize("change", [{"is_active": False}, {"instant": False}], ids=["archived", "asks first"])
def test_today_says_free_now_only_while_somebody_can_book_that(client, alice, change):
    client.post("/mentor/free-now/", {"minutes": "60"})
    before = parts_in(markup_of(client.get(TODAY)))
    alice.mentor_profile.offers.update(**change)

    assert ("ready" in before, "ready" in parts_in(markup_of(client.get(TODAY)))) == (True, False)


@pytest.mark.parametrize(
    "change",
    [
        lambda profile: profile.offers.update(instant=False),
        lambda profile: profile.offers.update(format=Format.WRITING),
        lambda profile: MentorProfile.objects.filter(pk=profile.pk).update(paused_until=NOW.date() + timedelta(days=9)),
        lambda profile: MentorProfile.objects.filter(pk=profile.pk).update(resting_since=NOW),
        lambda profile: profile.schedule.delete(),
    ],
    ids=["asks first", "in writing", "on a break", "rests", "no schedule"],
)
def test_today_offers_free_now_only_to_a_mentor_who_can_say_so(client, alice, change):
    before = markup_of(client.get(TODAY))
    change(alice.mentor_profile)
    after = markup_of(client.get(TODAY))

    assert [choices_in(page, "minutes") for page in (before, after)] == [["30", "60", "90", "120"], []]
    client.post("/mentor/free-now/", {"minutes": "60"})
    assert not Schedule.objects.exclude(ready_until=None).exists()


@pytest.mark.usefixtures("asked")
def test_what_waits_for_an_answer_stands_before_an_offer_of_more_time(client):
    titles = [one.attributes.get("id") for one in elements_of(markup_of(client.get(TODAY)), "h2")]

    assert [title for title in titles if title] == ["written-title", "free-now-title"]


def test_today_takes_as_many_queries_for_three_requests_as_for_one(client, ask_first, bob, charlie, maria):
    book(ask_first, bob)
    client.get(TODAY)
    with CaptureQueriesContext(connection) as one:
        client.get(TODAY)
    book(ask_first, charlie, at("2026-11-26 10:00"))
    book(ask_first, maria, at("2026-11-26 11:00"))
    with CaptureQueriesContext(connection) as three:
        client.get(TODAY)
    assert len(three) == len(one)


def test_today_is_for_mentors(client_for, bob, db):
    assert client_for(bob).get(TODAY).url == "/mentor/apply/1/"


def test_request_page_shows_who_asks_what_and_both_clocks(client, request_for):
    page = markup_of(client.get(url_of(request_for)))
    [title] = elements_of(page, "h1")
    assert [words in title.text for words in ("Bob Bose", "25")] == [True, True]
    assert [one.text for one in elements_of(page, "p", class_="question mt-4")] == [QUESTION]
    assert "Thursday 26 November, 14:30–14:55" in words_of(page)
    assert [words in part_in(page, "theirs") for words in ("20:00–20:25", "Bob", "Kolkata")] == [True] * 3
    assert "Wednesday 25 November, 13:46" in part_in(page, "deadline")


def test_request_page_shows_all_that_the_mentee_wrote_how_they_meet_and_where_to_write(client, request_for):
    Brief.objects.filter(pk=request_for.engagement.brief_id).update(
        issue_type=IssueType.DECISION, answers={"options": "Stay\nGo"}, needed_by=date(2026, 12, 3), tried="A list"
    )
    page = markup_of(client.get(url_of(request_for)))
    [facts] = elements_of(page, "dl", class_="facts facts--brief mt-4")
    assert [words in facts.text for words in ("A decision", "Stay", "Thu 3 Dec", "A list")] == [True] * 4
    assert part_in(page, "format") == "25 min Video call"
    assert f"/sessions/{request_for.uuid}/" in links_in(page)


def test_today_says_once_that_there_are_no_times(client, alice):
    alice.mentor_profile.schedule.windows.all().delete()
    page = markup_of(client.get(TODAY))
    assert [part for part in parts_in(page) if part == "empty" or part.startswith("nudge")] == ["nudge-no_times"]
    assert [one.attributes["href"] for one in elements_in(page, "a", id="main")].count("/mentor/availability/") == 1


def test_request_page_works_for_a_mentee_without_a_zone(client, request_for, bob):
    bob.timezone = ""
    bob.save()
    assert "theirs" not in parts_in(markup_of(client.get(url_of(request_for))))


def test_accept_leads_to_the_session(client, request_for):
    response = client.post(url_of(request_for), {"answer": "accept"}, follow=True)
    request_for.refresh_from_db()
    assert response.redirect_chain == [(f"/sessions/{request_for.uuid}/", 302)]
    assert request_for.state == BookingState.CONFIRMED
    assert answers_in(markup_of(response)) == ["ok"]


def test_accept_twice_says_that_it_is_agreed_and_changes_nothing(client, request_for):
    client.post(url_of(request_for), {"answer": "accept"})
    events = BookingEvent.objects.count()
    response = client.post(url_of(request_for), {"answer": "accept"})
    assert stage_in(markup_of(response)) == "ahead"
    assert BookingEvent.objects.count() == events


def test_decline_tells_the_reason_and_leads_to_today(client, request_for):
    answer = {"answer": "decline", "because": "topic", "line": "Ask Dana."}
    response = client.post(url_of(request_for), answer, follow=True)
    request_for.refresh_from_db()
    assert response.redirect_chain == [("/mentor/", 302)]
    assert request_for.state == BookingState.DECLINED
    assert request_for.reason == f"{dict(DeclineForm.REASONS)['topic']}. Ask Dana."
    assert answers_in(markup_of(response)) == ["ok"]


def test_decline_without_a_reason_is_refused_and_keeps_the_line(client, request_for):
    response = client.post(url_of(request_for), {"answer": "decline", "line": "Ask Dana."})
    request_for.refresh_from_db()
    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_because_0"]
    assert 'value="Ask Dana."' in response.content.decode()
    assert request_for.state == BookingState.REQUESTED


def test_more_time_is_given_once(client_for, alice, request_for):
    later = NOW + timedelta(hours=6)
    with time_machine.travel(later, tick=False):
        client = client_for(alice)
        offered = client.get(url_of(request_for))
        response = client.post(url_of(request_for), {"answer": "more"}, follow=True)
        again = client.post(url_of(request_for), {"answer": "more"})
    request_for.refresh_from_db()
    assert "Wednesday 25 November, 19:46" in part_in(markup_of(offered), "more-time")
    assert choices_in(markup_of(offered), "answer") == ["accept", "more", "decline"]
    assert request_for.expires_at == later + timedelta(hours=24)
    assert answers_in(markup_of(response)) == ["ok"]
    assert again.status_code == 409
    assert refusals_in(markup_of(again)) == ["extended"]
    assert choices_in(markup_of(again), "answer") == ["accept", "decline"]


def test_more_time_is_not_offered_where_it_gains_nothing(client, request_for):
    assert choices_in(markup_of(client.get(url_of(request_for))), "answer") == ["accept", "decline"]


def test_an_unknown_answer_changes_nothing(client, request_for):
    response = client.post(url_of(request_for), {"answer": "perhaps"})
    request_for.refresh_from_db()
    assert response.url == url_of(request_for)
    assert request_for.state == BookingState.REQUESTED


@pytest.mark.parametrize(
    ("answer", "stage", "reason"),
    [
        (lambda b: accept_booking(booking=b, by=b.mentor, now=NOW), "ahead", ""),
        (lambda b: decline_booking(booking=b, by=b.mentor, reason="Away.", now=NOW), "declined", "“Away.”"),
        (lambda b: withdraw_booking(booking=b, by=b.mentee, now=NOW), "withdrawn", ""),
    ],
    ids=["accepted", "declined", "withdrawn"],
)
def test_a_request_that_is_answered_says_what_happened(client, request_for, answer, stage, reason):
    answer(request_for)
    events = BookingEvent.objects.count()
    shown = [client.get(url_of(request_for)), client.post(url_of(request_for), {"answer": "accept"})]
    assert [stage_in(markup_of(response)) for response in shown] == [stage, stage]
    assert [reason in text_of(response) for response in shown] == [True, True]
    assert BookingEvent.objects.count() == events


@pytest.mark.parametrize("swept", [False, True])
def test_a_request_whose_time_is_over_says_so(client_for, alice, request_for, swept):
    moment = request_for.expires_at + timedelta(minutes=1)
    with time_machine.travel(moment, tick=False):
        if swept:
            expire_overdue(now=moment)
        response = client_for(alice).post(url_of(request_for), {"answer": "accept"})
    assert stage_in(markup_of(response)) == "expired"
    assert "Wednesday 25 November, 13:46" in part_in(markup_of(response), "deadline")
    assert Booking.objects.get().state != BookingState.CONFIRMED


def test_an_old_link_to_a_request_does_not_call_its_session_confirmed_once_it_is_over(client_for, alice, missed):
    """Mails about a request lead here for as long as they are kept."""
    pages = {}
    for state in (BookingState.CONFIRMED, BookingState.COMPLETED, BookingState.MENTEE_NO_SHOW, BookingState.WITHDRAWN):
        Booking.objects.filter(pk=missed.pk).update(state=state)
        for hours in (-1, 48):
            with time_machine.travel(missed.start + timedelta(hours=hours), tick=False):
                pages[state, hours] = markup_of(client_for(alice).get(url_of(missed)))
    titles = {which: elements_of(page, "h1")[0].text for which, page in pages.items()}
    others = {which for which, page in pages.items() if "Other people" in page}

    confirmed = titles.pop((BookingState.CONFIRMED, -1))
    assert {which for which, title in titles.items() if title == confirmed} == set()
    assert titles[BookingState.CONFIRMED, 48] == titles[BookingState.COMPLETED, 48]
    assert others == {(BookingState.WITHDRAWN, -1)}


def test_only_its_mentor_finds_a_request(client_for, request_for, bob, charlie, maria):
    make_mentor(charlie)
    for person in (bob, charlie, maria):
        client = client_for(person)
        assert client.get(url_of(request_for)).status_code == 404
        assert client.post(url_of(request_for), {"answer": "accept"}).status_code == 404
    request_for.refresh_from_db()
    assert request_for.state == BookingState.REQUESTED


def test_a_visitor_signs_in_first(client, request_for):
    from django.test import Client

    assert Client().get(url_of(request_for)).url.startswith("/sign-in/")


def test_get_answers_nothing(client, request_for):
    client.get(url_of(request_for), {"answer": "accept"})
    request_for.refresh_from_db()
    assert request_for.state == BookingState.REQUESTED


def test_names_are_escaped(client_for, alice, ask_first, now):
    person = make_person("eve@example.org", "Eve")
    person.name = "<b>Eve</b> \u202e"
    person.save()
    page = client_for(alice).get(url_of(book(ask_first, person))).content.decode()
    assert "<b>Eve</b>" not in page.replace("&lt;b&gt;Eve&lt;/b&gt;", "")
