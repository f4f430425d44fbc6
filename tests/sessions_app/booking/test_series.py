"""Further contacts on the same question: all or nothing, within the limits, told once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from notifications.inbox import build_entries
from notifications.models import InboxItem, Notification, State
from notifications.registry import Nothing, kind_named
from notifications.tasks import drain_outbox
from sessions_app import audit
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.inbox import follow_up_inbox_lines
from sessions_app.audit import audit_notices
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import close_engagements, complete_ended
from sessions_app.booking.requests import accept_booking, decline_booking
from sessions_app.booking.series import book_further
from sessions_app.errors import taken_error
from sessions_app.models import Booking, BookingState, Engagement, Occupancy
from tests.conftest import NOW, at, make_mentor
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.followups import DAY, END, code_of
from tests.sessions_app.helpers.programmes import let_in, make_programme
from tests.smtp import smtp_sink, text_of  # noqa: F401 - smtp_sink is a fixture

WEEKS = [THURSDAY + timedelta(days=7), THURSDAY + timedelta(days=14)]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# When the mails about three further requests have left
ASKED = THURSDAY + timedelta(hours=2)


def further(booking, person, starts=WEEKS, *, now=NOW + MINUTE, **fields) -> list[Booking]:
    return book_further(booking=booking, starts=starts, by=person, now=now, **fields)


def refused(booking, person, starts=WEEKS, **fields) -> str:
    before = Booking.objects.count(), Notification.objects.count()
    code = code_of(lambda: further(booking, person, starts, **fields))
    assert (Booking.objects.count(), Notification.objects.count()) == before
    return code


def said(kind: str, person):
    row = Notification.objects.get(kind=kind, recipient=person)
    return kind_named(kind).render(row, NOW + MINUTE)


def test_two_further_dates_join_the_engagement_and_both_people_are_told_once(booking, alice, bob):
    made = further(booking, bob)

    assert [(one.start, one.end, one.state, one.engagement_id, one.format) for one in made] == [
        (start, start + timedelta(minutes=25), BookingState.CONFIRMED, booking.engagement_id, booking.format)
        for start in WEEKS
    ]
    assert Engagement.objects.count() == 1
    assert Occupancy.objects.filter(booking__in=made).count() == 4
    told = Notification.objects.filter(kind__in=("series_booked", "booked"), due_at=NOW + MINUTE)
    assert sorted(told.values_list("kind", "recipient__email")) == [
        ("series_booked", "alice@example.org"),
        ("series_booked", "bob@example.org"),
    ]
    kinds = Notification.objects.about("booking", made[1].pk).filter(recipient=bob)
    assert sorted(kinds.values_list("kind", flat=True)) == [
        "feedback_nudge",
        "feedback_request",
        "follow_up_three_days",
        "follow_up_two_weeks",
        "reminder_day",
        "reminder_hour",
    ]


def test_one_further_date_is_told_like_any_booking(booking, bob):
    made = further(booking, bob, WEEKS[:1])

    assert made[0].booked_with is None
    assert Notification.objects.filter(subject_id=made[0].pk, kind="booked").count() == 2


def test_the_mail_names_all_dates_with_a_calendar_file_each(booking, alice, bob):
    made = further(booking, bob)

    mail = said("series_booked", bob)
    assert [words in mail.subject for words in ("Alice", "2", "Thu 3 Dec, 20:00 (Kolkata)")] == [True] * 3
    assert [line for line in mail.text.splitlines() if "December" in line] == [
        f"Thursday {day} December, 20:00 (http://localhost:8000/sessions/{one.uuid}/) · 14:30 for Alice in London"
        for day, one in zip((3, 10), made, strict=True)
    ]
    files = [attachment.content.decode() for attachment in mail.attachments]
    assert [next(line for line in file.splitlines() if line.startswith("UID:")) for file in files] == [
        f"UID:{one.uuid}@localhost" for one in made
    ]
    assert [attachment.mimetype for attachment in mail.attachments] == ["application/ics"] * 2
    to_alice = said("series_booked", alice).subject
    assert [words in to_alice for words in ("Bob", "2", "Thu 3 Dec, 14:30 (London)")] == [True] * 3


def test_the_mail_about_all_dates_names_the_programme_that_they_count_for(offer, alice, bob):
    programme = make_programme(1)
    let_in(alice, programme, gives=True)
    let_in(bob, programme, asks=True)
    further(book(offer, bob, programme=programme), bob)

    assert said("series_booked", bob).from_name == f"Alice via {programme.name}"


def test_a_date_that_was_called_off_before_the_mail_left_is_not_in_it(booking, bob):
    made = further(booking, bob)
    cancel_booking(booking=made[0], by=bob, reason="", now=NOW + MINUTE)

    assert [len(said("series_booked", bob).attachments), said("series_booked", bob).subject] == [
        1,
        "Booked: Alice, 1 more session, first Thu 10 Dec, 20:00 (Kolkata)",
    ]
    cancel_booking(booking=made[1], by=bob, reason="", now=NOW + MINUTE)
    assert said("series_booked", bob) == Nothing("moved on")


def test_each_date_moves_and_ends_alone(booking, alice, bob):
    first, second = further(booking, bob)

    move_booking(booking=first, start=WEEKS[0] + timedelta(days=1), by=bob, now=NOW + MINUTE)
    cancel_booking(booking=second, by=alice, reason="", now=NOW + MINUTE)

    states = Booking.objects.order_by("pk").values_list("state", "during__startswith")
    assert [(state, start) for state, start in states] == [
        ("confirmed", THURSDAY),
        ("confirmed", WEEKS[0] + timedelta(days=1)),
        ("cancelled", WEEKS[1]),
    ]
    assert Engagement.objects.live().count() == 1


def test_the_same_form_sent_twice_books_once(booking, bob):
    assert further(booking, bob, key="k") == further(booking, bob, key="k")
    assert Booking.objects.count() == 3


def test_a_stranger_and_the_mentor_cannot_add_dates(booking, alice, charlie):
    assert [refused(booking, charlie), refused(booking, alice)] == ["not_yours", "not_yours"]


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        pytest.param([], "no_dates", id="none"),
        pytest.param([*WEEKS, THURSDAY + DAY, THURSDAY + 4 * DAY], "too_many_dates", id="four beside the first"),
        pytest.param([WEEKS[0], THURSDAY + timedelta(days=29)], "series_span", id="five weeks"),
        pytest.param([THURSDAY - DAY, THURSDAY + timedelta(days=28)], "series_span", id="four weeks and a day"),
        pytest.param([WEEKS[0], at("2026-12-05 10:00")], "outside_windows", id="a Saturday"),
        pytest.param([WEEKS[0], WEEKS[0] + timedelta(minutes=5)], "off_grid", id="off the grid"),
        pytest.param([THURSDAY, WEEKS[0]], "taken", id="the first again"),
    ],
)
def test_one_date_that_cannot_be_had_and_none_is_booked(booking, bob, starts, code):
    assert refused(booking, bob, starts) == code


def test_caps_and_own_sessions_count_for_each_date(booking, alice, bob, charlie):
    schedule = alice.mentor_profile.schedule
    schedule.max_per_week = 1
    schedule.save()
    assert refused(booking, bob, [WEEKS[0], WEEKS[0] + DAY]) == "week_cap"
    book(make_mentor(charlie).offers.get(), bob, WEEKS[1])
    assert refused(booking, bob, [WEEKS[1]]) == "own_overlap"


def test_four_contacts_are_the_most_and_count_once(booking, bob, settings):
    settings.MAX_OPEN_BOOKINGS = 1
    further(booking, bob, [*WEEKS, THURSDAY + DAY])
    assert refused(booking, bob, [THURSDAY + 2 * DAY + 3 * DAY]) == "series_full"


def test_a_contact_does_not_move_out_of_the_four_weeks(booking, bob):
    first = further(booking, bob, WEEKS[:1])[0]
    late = THURSDAY + timedelta(days=29)
    assert code_of(lambda: move_booking(booking=first, start=late, by=bob, now=NOW + DAY)) == "series_span"


def test_dates_follow_a_session_that_is_over_until_the_engagement_closes(booking, bob):
    complete_ended(now=END)
    further(booking, bob, [THURSDAY + 7 * DAY], now=END + DAY)
    assert close_engagements(now=END + 20 * DAY) == 0

    complete_ended(now=END + 8 * DAY)
    close_engagements(now=END + 21 * DAY)
    assert refused(booking, bob, [THURSDAY + 25 * DAY], now=END + 21 * DAY) == "engagement_closed"


def test_an_unanswered_request_takes_no_further_dates(request_for, bob):
    assert refused(request_for, bob) == "not_agreed"


def test_where_the_offer_asks_first_each_date_is_answered_alone_and_asked_in_one_mail(request_for, alice, bob):
    accept_booking(booking=request_for, by=alice, now=NOW)
    first, second = further(request_for, bob)

    assert [first.state, second.state] == [BookingState.REQUESTED] * 2
    mail = said("series_requested", alice)
    assert [words in mail.subject for words in ("Bob", "2", "Thu 3 Dec, 14:30 (London)")] == [True] * 3
    assert [f"/mentor/requests/{one.uuid}/" in mail.text or str(one.uuid) in mail.text for one in (first, second)] == [
        True,
        True,
    ]
    waiting = Notification.objects.get(kind="request_waiting", subject_id=second.pk)
    render = kind_named("request_waiting").render
    assert render(waiting, NOW + DAY) == Nothing("said of the first of these dates")

    decline_booking(booking=first, by=alice, reason="Away", now=NOW + 2 * MINUTE)
    accept_booking(booking=second, by=alice, now=NOW + 2 * MINUTE)
    states = Booking.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["confirmed", "declined", "confirmed"]


# Three requests, made in one act


@pytest.fixture
def asked(request_for, alice, bob, smtp_sink) -> list[Booking]:  # noqa: F811
    """Three further dates that wait for alice, who has accepted the first session and whose mails have all left."""
    accept_booking(booking=request_for, by=alice, now=NOW)
    complete_ended(now=request_for.end)
    starts = [*WEEKS, WEEKS[0] + DAY]
    made = further(request_for, bob, starts, now=request_for.end + HOUR)
    drain_outbox(ASKED)
    return made


@pytest.fixture
def mails(smtp_sink):  # noqa: F811
    """mails(bob, now): what leaves for him at this moment."""

    def leave(person, now):
        seen = len(smtp_sink.mails)
        drain_outbox(now)
        sent = [mail for mail in smtp_sink.mails[seen:] if mail["Subject"].startswith("Booked")]
        return [mail for mail in sent if mail["To"].addresses[0].addr_spec == person.email]

    return leave


def accept(booking, alice, minutes: float):
    accept_booking(booking=booking, by=alice, now=ASKED + minutes * MINUTE)


def files_of(mail) -> list[str]:
    return [part.get_filename() for part in mail.walk() if part.get_filename()]


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_three_dates_that_are_accepted_one_after_another_are_told_in_one_mail(asked, alice, bob, mails, who):
    person = {"alice": alice, "bob": bob}[who]
    for minutes, booking in enumerate(asked):
        accept(booking, alice, minutes)
        if minutes < 2:
            assert mails(person, ASKED + minutes * MINUTE) == []
    [mail] = mails(person, ASKED + 2 * MINUTE)

    words = {
        "alice": "Booked: Bob, 3 sessions, first Thu 3 Dec, 14:30 (London)",
        "bob": "Booked: Alice, 3 sessions, first Thu 3 Dec, 20:00 (Kolkata)",
    }
    assert mail["Subject"] == words[who]
    assert [str(booking.uuid) in text_of(mail) for booking in asked] == [True] * 3
    files = [part.get_payload(decode=True).decode() for part in mail.walk() if part.get_filename()]
    assert [booking_in(file) for file in files] == [str(booking.uuid) for booking in asked]
    assert ["METHOD:REQUEST" in file for file in files] == [True] * 3
    assert [part.get_content_type() for part in mail.walk() if part.get_filename()] == ["application/ics"] * 3
    assert mails(person, ASKED + DAY) == []


def booking_in(calendar: str) -> str:
    return re.search(r"UID:([0-9a-f-]+)@", calendar.replace("\r\n ", "")).group(1)


def test_mail_waits_five_minutes_for_more_and_tells_a_later_one_apart(asked, alice, bob, mails):
    accept(asked[0], alice, 0)
    accept(asked[1], alice, 4)
    assert mails(bob, ASKED + 8 * MINUTE) == []
    [two] = mails(bob, ASKED + 9 * MINUTE)
    accept(asked[2], alice, 60)
    [last] = mails(bob, ASKED + 60 * MINUTE)

    assert [words in two["Subject"] for words in ("Alice", "2", "Thu 3 Dec")] == [True] * 3
    assert files_of(two) == ["session-1.ics", "session-2.ics"]
    assert [str(booking.uuid) in text_of(last) for booking in asked] == [False, False, True]
    assert files_of(last) == ["invite.ics"]
    assert [words in last["Subject"] for words in ("Alice", "Thu 10 Dec")] == [True, True]


def test_one_date_accepted_and_the_others_declined_is_told_as_one(asked, alice, bob, mails):
    accept(asked[0], alice, 0)
    for booking in asked[1:]:
        decline_booking(booking=booking, by=alice, reason="Away", now=ASKED + MINUTE)
    [mail] = mails(bob, ASKED + 5 * MINUTE)

    assert [words in mail["Subject"] for words in ("Alice", "Thu 3 Dec, 20:00 (Kolkata)")] == [True, True]
    assert files_of(mail) == ["invite.ics"]


def test_last_date_called_off_before_the_mail_leaves_does_not_silence_the_others(asked, alice, bob, mails):
    for minutes, booking in enumerate(asked):
        accept(booking, alice, minutes)
    cancel_booking(booking=asked[2], by=alice, reason="Ill", now=ASKED + 2 * MINUTE)
    [mail] = mails(bob, ASKED + 2 * MINUTE)

    assert [str(booking.uuid) in text_of(mail) for booking in asked] == [True, True, False]
    assert [words in mail["Subject"] for words in ("Alice", "2")] == [True, True]
    assert files_of(mail) == ["session-1.ics", "session-2.ics"]


def test_mail_that_has_begun_to_leave_is_not_said_again(asked, alice, bob):
    accept(asked[0], alice, 0)
    rows = Notification.objects.filter(kind="series_accepted", recipient=bob)
    rows.update(state=State.UNCERTAIN, data_started_at=ASKED)
    accept(asked[1], alice, 1)
    message = kind_named("series_accepted").render(rows.get(subject_version=2), ASKED + 6 * MINUTE)

    assert [str(booking.uuid) in message.text for booking in asked] == [False, True, False]


def test_answer_silences_the_mail_before_it_and_not_the_asking(request_for, alice, bob):
    accept_booking(booking=request_for, by=alice, now=NOW)
    first, second = further(request_for, bob)
    for minutes, booking in enumerate((first, second), start=2):
        accept_booking(booking=booking, by=alice, now=NOW + minutes * MINUTE)
    rows = Notification.objects.filter(recipient=bob, kind__startswith="series_")

    assert sorted(rows.values_list("kind", "subject_version", "state")) == [
        ("series_accepted", 1, "obsolete"),
        ("series_accepted", 2, "pending"),
        ("series_requested", 0, "pending"),
    ]


def test_forgotten_mail_about_an_answer_is_written_again(asked, alice, bob):
    cache.delete(audit.GOES_ON_AFTER)
    for minutes, booking in enumerate(asked):
        accept(booking, alice, minutes)
    assert audit_notices(now=ASKED + 3 * MINUTE) == 0
    Notification.objects.filter(kind="series_accepted", recipient=bob, subject_version=3).delete()
    assert audit_notices(now=ASKED + 3 * MINUTE) == 1


def test_inbox_says_each_answer_at_once(asked, alice, bob):
    for minutes, booking in enumerate(asked[:2]):
        accept(booking, alice, minutes)
    told = {}
    for person in (alice, bob):
        items = InboxItem.objects.shown_to(person, ASKED + MINUTE).filter(kind="series_accepted").order_by("pk")
        shown = build_entries(list(items), reader=person, now=ASKED + MINUTE)
        told[person] = [(entry.item.read_at is not None, entry.line.text, entry.line.url) for entry in shown]

    assert told[bob] == [
        (False, "Alice accepted your request: Thu 3 Dec, 20:00", f"/sessions/{asked[0].uuid}/"),
        (False, "Alice accepted your request: Fri 4 Dec, 20:00", f"/sessions/{asked[1].uuid}/"),
    ]
    assert told[alice] == [
        (True, "You accepted Bob’s request: Thu 3 Dec, 14:30", f"/sessions/{asked[0].uuid}/"),
        (True, "You accepted Bob’s request: Fri 4 Dec, 14:30", f"/sessions/{asked[1].uuid}/"),
    ]


def test_follow_ups_and_nudges_come_only_after_the_last_contact(booking, bob):
    last = further(booking, bob, [THURSDAY + DAY, THURSDAY + 4 * DAY])[-1]
    complete_ended(now=last.end)

    def asked(kind: str) -> list[int]:
        rows = Notification.objects.filter(kind=kind, recipient=bob).order_by("due_at")
        told = [(row.subject_id, kind_named(kind).render(row, row.due_at)) for row in rows]
        return [subject for subject, message in told if not isinstance(message, Nothing)]

    assert len(asked("feedback_request")) == 3
    assert [asked(kind) for kind in ("feedback_nudge", "follow_up_three_days", "follow_up_two_weeks")] == [
        [last.pk],
        [last.pk],
        [last.pk],
    ]


def test_the_inbox_asks_only_about_the_last_contact(booking, bob):
    last = further(booking, bob, [THURSDAY + DAY])[0]
    complete_ended(now=last.end)

    items = InboxItem.objects.filter(kind="follow_up_three_days", recipient=bob)
    shown = follow_up_inbox_lines(list(items), bob, last.end + 4 * DAY)

    assert [item.subject_id for item in items if item.pk in shown] == [last.pk]


def test_a_forgotten_notice_of_a_series_is_written_again(booking, bob):
    cache.delete(audit.GOES_ON_AFTER)
    further(booking, bob)
    assert audit_notices(now=NOW + 2 * MINUTE) == 0
    Notification.objects.filter(kind="series_booked", recipient=bob).delete()
    assert audit_notices(now=NOW + 2 * MINUTE) == 1


def test_the_inbox_says_it_in_one_line(booking, alice, bob, client_for, now):
    further(booking, bob, now=NOW)
    assert InboxItem.objects.filter(kind="series_booked").count() == 2
    page = client_for(alice).get(reverse("notifications"))
    [line] = elements_of(markup_of(page), "li", data_kind="series_booked")
    assert [words in line.text for words in ("Bob", "2")] == [True, True]


def further_page(booking, name="session_further", *starts) -> str:
    return reverse(name, args=[booking.uuid]) + "?" + "&".join(f"t={start:%Y-%m-%dT%H:%MZ}" for start in starts)


def test_the_pages_choose_look_and_book(booking, bob, client_for, now):
    client, three = client_for(bob), [*WEEKS, THURSDAY + 21 * DAY]
    chosen = client.get(further_page(booking, "session_further", *three)).context
    assert [slot.start for slot, _without in chosen["chosen"]] == three
    assert chosen["desk"].is_full

    check = client.get(further_page(booking, "session_further_check", *three)).context
    assert [(row.slot.start, row.problem) for row in check["rows"]] == [(start, "") for start in three]

    sent = {"key": check["key"], "start": [f"{start:%Y-%m-%dT%H:%MZ}" for start in three]}
    answer = client.post(further_page(booking, "session_further_check"), sent)
    assert [answer.status_code, answer.url, Booking.objects.count()] == [302, f"/sessions/{booking.uuid}/", 4]


def test_the_check_page_says_what_stands_in_the_way_of_which_date(booking, offer, bob, charlie, client_for, now):
    book(offer, charlie, WEEKS[1])
    client = client_for(bob)
    page = further_page(booking, "session_further_check", *WEEKS)
    problems = [row.problem for row in client.get(page).context["rows"]]
    assert problems == ["", taken_error().message]

    sent = {"key": "k", "start": [f"{start:%Y-%m-%dT%H:%MZ}" for start in WEEKS]}
    answer = client.post(further_page(booking, "session_further_check"), sent)
    assert [answer.status_code, Booking.objects.filter(mentee=bob).count()] == [409, 1]


def test_two_of_the_chosen_dates_too_near_each_other_are_told_so(booking, bob, client_for, now):
    dates = [WEEKS[0], WEEKS[0] + timedelta(minutes=20)]
    rows = client_for(bob).get(further_page(booking, "session_further_check", *dates)).context["rows"]
    assert rows[0].problem == ""
    assert rows[1].problem != ""


@pytest.mark.parametrize("starts", [["nonsense"], ["2026-12-03T14:30Z", "9999-99-99T00:00Z"], []])
def test_what_is_no_time_is_refused_and_books_nothing(booking, bob, client_for, now, starts):
    answer = client_for(bob).post(further_page(booking, "session_further_check"), {"key": "k", "start": starts})
    assert [answer.status_code, Booking.objects.count()] == [422, 1]


def test_another_time_leads_to_further_dates_while_other_sessions_are_open(booking, alice, bob, client):
    gone = further(booking, bob)[1]
    cancel_booking(booking=gone, by=alice, reason="", now=NOW + MINUTE)
    further_url = reverse("session_further", args=[booking.uuid])
    mentor_url = reverse("mentor_detail", args=[booking.offer.profile.slug])

    client.force_login(bob)
    ways = [link.attributes["href"] for link in elements_of(page_of(client, gone), "a", class_="btn btn--lead")]
    assert ways == [further_url]
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert client.get(further_url).context["error"] is None

    told = said("cancelled", bob).text
    assert further_url in told
    assert mentor_url not in told
    assert "2 other" in told


def test_another_time_leads_to_the_mentor_once_no_other_session_is_open(booking, alice, bob, client):
    cancel_booking(booking=booking, by=alice, reason="", now=NOW + MINUTE)
    mentor_url = reverse("mentor_detail", args=[booking.offer.profile.slug])

    client.force_login(bob)
    [way] = elements_of(page_of(client, booking), "a", class_="btn btn--lead")
    assert way.attributes["href"].startswith(mentor_url)
    told = said("cancelled", bob).text
    assert mentor_url in told
    assert "other session" not in told


def test_another_time_leads_to_the_request_that_is_still_open(request_for, alice, bob):
    accept_booking(booking=request_for, by=alice, now=NOW)
    declined, waits = further(request_for, bob)
    cancel_booking(booking=request_for, by=bob, reason="", now=NOW + MINUTE)
    decline_booking(booking=declined, by=alice, reason="", now=NOW + MINUTE)

    assert reverse("session", args=[waits.uuid]) in said("declined", bob).text


def test_after_one_of_several_sessions_the_next_is_one_press_away(booking, bob, client):
    ahead = further(booking, bob, WEEKS[:1])[0]
    give_feedback(booking=booking, by=bob, now=END, answers={"resolution": "yes"})

    client.force_login(bob)
    [way] = elements_of(page_of(client, booking, now=END + DAY), "a", class_="btn btn--lead")
    assert way.attributes["href"] == reverse("session", args=[ahead.uuid])


def page_of(client, booking: Booking, *, now=NOW + MINUTE) -> str:
    with time_machine.travel(now, tick=False):
        return client.get(reverse("session", args=[booking.uuid])).text
