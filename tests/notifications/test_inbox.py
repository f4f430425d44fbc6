from datetime import timedelta

import pytest
from django.urls import reverse

from notifications.inbox import MOST_COUNTED, build_entries, mark_read, unread_count
from notifications.models import InboxItem, Notification, State
from notifications.registry import InboxLine
from notifications.services import Due, schedule_notices
from notifications.tasks import drain_outbox
from tests.conftest import NOW
from tests.markup import elements_of, forms_in, markup_of
from tests.notifications.conftest import add_kind

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def numbers(items, reader, now):
    return {item.pk: InboxLine(f"Number {item.subject_id} for {reader.first_name}", "/sessions/") for item in items}


@pytest.fixture(autouse=True)
def shown(kinds):
    add_kind("plain", lines=numbers)
    add_kind("nudge", lines=numbers, passing=True)


def told(person, number=1, **changes) -> Due:
    fields = {"kind": "plain", "recipient_id": person.pk, "subject_type": "thing", "subject_id": number, "version": 0}
    return Due(**{**fields, "due_at": NOW, "send_before": NOW + 24 * HOUR} | changes)


def texts(page) -> list[str]:
    return [entry.line.text if entry.line else "" for entry in page.context["entries"]]


def test_what_is_scheduled_shows_at_once_or_when_it_is_due(bob):
    schedule_notices(told(bob), told(bob, kind="nudge", due_at=NOW + HOUR), told(bob, kind="held"), now=NOW)

    assert [item.kind for item in InboxItem.objects.shown_to(bob, NOW)] == ["plain"]
    assert unread_count(bob, now=NOW) == 1
    assert unread_count(bob, now=NOW + HOUR) == 2


def test_line_may_show_at_another_time_than_the_mail_leaves(bob):
    schedule_notices(told(bob, due_at=NOW + 2 * HOUR, shows_at=NOW + 10 * MINUTE), now=NOW)

    assert [unread_count(bob, now=NOW + wait * MINUTE) for wait in (9, 10)] == [0, 1]


def test_line_shows_whatever_becomes_of_the_mail(bob, smtp_sink):
    smtp_sink.rcpt = {"bob@example.org": "550 No such user"}
    schedule_notices(told(bob), now=NOW)

    drain_outbox(NOW)

    assert Notification.objects.get().state == State.DEAD
    assert unread_count(bob, now=NOW) == 1


def test_scheduling_twice_shows_once(bob):
    for _again in range(2):
        schedule_notices(told(bob), now=NOW)

    assert InboxItem.objects.count() == 1


def test_what_a_person_did_is_no_news_to_them(alice, bob):
    schedule_notices(told(alice), told(bob, by_recipient=True), now=NOW)

    assert [unread_count(person, now=NOW) for person in (alice, bob)] == [1, 0]
    assert InboxItem.objects.shown_to(bob, NOW).count() == 1


def test_news_stays_and_reminders_vanish_when_the_subject_moves_on(bob):
    schedule_notices(told(bob), told(bob, kind="nudge"), told(bob, kind="nudge", number=2, due_at=NOW + HOUR), now=NOW)

    schedule_notices(told(bob, version=1), told(bob, kind="nudge", version=1, due_at=NOW + HOUR), now=NOW)

    kept = InboxItem.objects.order_by("pk").values_list("kind", "subject_id", "subject_version")
    assert list(kept) == [("plain", 1, 0), ("nudge", 2, 0), ("plain", 1, 1), ("nudge", 1, 1)]


def test_line_whose_subject_is_gone_says_nothing(bob):
    add_kind("plain", lines=lambda items, reader, now: {})
    schedule_notices(told(bob), now=NOW)

    [entry] = build_entries(list(InboxItem.objects.all()), reader=bob, now=NOW)

    assert entry.line is None


def test_count_stops_where_nobody_counts_any_more(bob):
    schedule_notices(*(told(bob, number) for number in range(105)), now=NOW)

    assert unread_count(bob, now=NOW) == MOST_COUNTED + 1


def test_mark_read_leaves_other_people_and_what_came_later_alone(alice, bob):
    schedule_notices(told(bob), told(bob, 2, due_at=NOW + MINUTE), told(alice), now=NOW)

    assert mark_read(bob, now=NOW + HOUR, until=NOW) == 1

    assert [unread_count(person, now=NOW + HOUR) for person in (alice, bob)] == [1, 1]


def test_page_lists_newest_first_with_links(now, bob, client_for):
    schedule_notices(told(bob), told(bob, 2, due_at=NOW - HOUR), told(bob, 3, due_at=NOW + HOUR), now=NOW - 2 * HOUR)

    page = client_for(bob).get(reverse("notifications"))

    assert texts(page) == ["Number 1 for Bob", "Number 2 for Bob"]
    newest = InboxItem.objects.shown_to(bob, NOW).latest("at")
    assert f'<a id="item-{newest.pk}" href="/sessions/">Number 1 for Bob</a>' in markup_of(page)


def hidden_words(page: str) -> list[str]:
    return [element.text for element in elements_of(page, "span", class_="vh")]


def test_bell_counts_in_words(now, bob, client_for):
    schedule_notices(told(bob), told(bob, 2), now=NOW)

    page = markup_of(client_for(bob).get(reverse("help")))

    assert "Notifications, 2 unread" in hidden_words(page)
    assert [
        (badge.text, badge.attributes["aria-hidden"]) for badge in elements_of(page, "span", class_="badge num")
    ] == [("2", "true")]


def test_bell_says_more_than_and_nothing(now, bob, charlie, client_for):
    schedule_notices(*(told(bob, number) for number in range(105)), now=NOW)

    many = markup_of(client_for(bob).get(reverse("help")))
    none = markup_of(client_for(charlie).get(reverse("help")))

    assert "Notifications, more than 99 unread" in hidden_words(many)
    assert "99+" in [badge.text for badge in elements_of(many, "span", class_="badge num")]
    assert "Notifications" in hidden_words(none)
    assert elements_of(none, "span", class_="badge num") == []


def test_reading_the_page_marks_nothing(now, bob, client_for):
    schedule_notices(told(bob), now=NOW)
    client = client_for(bob)

    for _again in range(2):
        client.get(reverse("notifications"))
    refused = client.get(reverse("notifications_read"))

    assert refused.status_code == 405
    assert unread_count(bob, now=NOW) == 1


def test_one_item_is_marked_and_the_reader_stays_on_the_page(now, bob, client_for):
    schedule_notices(told(bob), told(bob, 2), now=NOW)
    first = InboxItem.objects.get(subject_id=1)

    answer = client_for(bob).post(reverse("notifications_read"), {"item": first.pk, "page": "2"})

    assert (answer.status_code, answer["Location"]) == (302, f"/notifications/?page=2#item-{first.pk}")
    assert list(InboxItem.objects.unread().values_list("subject_id", flat=True)) == [2]


def test_mark_all_leaves_what_the_reader_has_not_seen(now, bob, client_for):
    schedule_notices(told(bob), told(bob, 2, due_at=NOW - HOUR), now=NOW - 2 * HOUR)

    answer = client_for(bob).post(reverse("notifications_read"), {"until": (NOW - MINUTE).isoformat()})

    assert answer["Location"] == "/notifications/"
    assert list(InboxItem.objects.unread().values_list("subject_id", flat=True)) == [1]


@pytest.mark.parametrize("until", ["", "nonsense", "2026-13-45T99:99", "2026-11-24T13:46", "9999-12-31T23:59:59+00:00"])
def test_mark_all_understands_no_moment_as_now(now, bob, client_for, until):
    schedule_notices(told(bob), told(bob, 2, due_at=NOW + HOUR), now=NOW)

    client_for(bob).post(reverse("notifications_read"), {"until": until})

    assert list(InboxItem.objects.unread().values_list("subject_id", flat=True)) == [2]


@pytest.mark.parametrize("item", ["theirs", "0", "-1", "x", "9" * 30])
def test_stranger_marks_nothing(now, bob, charlie, client_for, item):
    schedule_notices(told(bob), now=NOW)
    pk = InboxItem.objects.get().pk if item == "theirs" else item

    answer = client_for(charlie).post(reverse("notifications_read"), {"item": pk})

    assert answer.status_code == 404
    assert unread_count(bob, now=NOW) == 1


@pytest.mark.parametrize("name", ["notifications", "notifications_read"])
def test_signed_out_reader_is_asked_to_sign_in(client, db, name):
    answer = client.post(reverse(name))

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("account_login"))


def test_pages_hold_twenty_five_lines(now, bob, client_for):
    schedule_notices(*(told(bob, number, due_at=NOW - number * MINUTE) for number in range(30)), now=NOW - HOUR)

    second = client_for(bob).get(reverse("notifications"), {"page": "2"})

    assert texts(second) == [f"Number {number} for Bob" for number in range(25, 30)]
    assert b'name="page" value="2"' in second.content


def test_empty_inbox_says_so(now, bob, client_for):
    page = markup_of(client_for(bob).get(reverse("notifications")))

    assert len(elements_of(page, "div", class_="empty")) == 1
    assert reverse("notifications_read") not in forms_in(page)
