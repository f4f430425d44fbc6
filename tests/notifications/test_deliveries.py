from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from notifications.deliveries import OutboxFacts, count_failure_reasons, is_ill, oldest_due_age, outbox_facts
from notifications.models import Notification, State
from notifications.sending import breaker
from notifications.smtp_refusals import Blame
from tests.markup import elements_of, markup_of

MINUTE = timedelta(minutes=1)
PAGE = "staff_deliveries"
ALL_AGAIN = "staff_deliveries_retry"


def change(row: Notification, **fields) -> None:
    Notification.objects.filter(pk=row.pk).update(**fields)


@pytest.fixture
def old(due):
    """A row written long before it is due, as reminders are."""

    def make(number: int, **options) -> Notification:
        row = due(number, **options)
        change(row, created_at=row.due_at - timedelta(days=1))
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def dead(old) -> Notification:
    row = old(1, since=5 * MINUTE)
    change(row, state=State.DEAD, attempts=8, last_error="550 No such user")
    return row


def test_facts_of_an_empty_outbox(db):
    assert outbox_facts(timezone.now()) == OutboxFacts(0, 0, 0, 0, 0, None)


def test_facts_count_what_waits_is_late_left_and_did_not(old, database_now, dead):
    old(2, since=5 * MINUTE)
    old(3, since=MINUTE)
    old(4, since=-60 * MINUTE)
    change(old(5), state=State.SENT, sent_at=database_now - timedelta(hours=23))
    change(old(6), state=State.SENT, sent_at=database_now - timedelta(hours=25))
    change(old(7), state=State.UNCERTAIN)
    change(old(8), state=State.EXPIRED)

    facts = outbox_facts(database_now)

    assert facts == OutboxFacts(waiting=3, late=1, sent=1, uncertain=1, dead=1, oldest=5 * MINUTE)


def test_age_grows_while_the_mail_server_is_away(old, database_now):
    change(old(1, since=5 * MINUTE), next_try_at=database_now + timedelta(seconds=30), last_error="refused")

    assert oldest_due_age(database_now) == 5 * MINUTE


def test_row_whose_recipient_was_refused_is_not_overdue_before_its_next_try(old, database_now):
    row = old(1, since=60 * MINUTE)
    change(row, attempts=3, next_try_at=database_now + timedelta(seconds=30))
    assert oldest_due_age(database_now) is None

    change(row, next_try_at=database_now - MINUTE)
    assert oldest_due_age(database_now) == MINUTE


def test_row_written_too_late_or_tried_again_by_staff_is_as_old_as_that(due, old, database_now):
    change(due(1, since=60 * MINUTE), created_at=database_now - MINUTE)
    change(old(2, since=60 * MINUTE), retried_at=database_now - 2 * MINUTE)

    assert oldest_due_age(database_now) == 2 * MINUTE


def test_row_that_a_lost_worker_holds_counts(old, database_now):
    lease = {"state": State.LEASED, "attempts": 1, "lease_token": "00000000-0000-0000-0000-000000000001"}
    row = old(1, since=5 * MINUTE)
    change(row, lease_until=database_now + MINUTE, **lease)
    assert oldest_due_age(database_now) is None

    change(row, lease_until=database_now)
    assert oldest_due_age(database_now) == 5 * MINUTE


def test_two_minutes_are_well_and_more_is_ill():
    assert [is_ill(age) for age in (None, 2 * MINUTE, 2 * MINUTE + timedelta(microseconds=1))] == [False, False, True]


def test_reasons_are_counted(old, dead):
    for number in (2, 3):
        change(old(number), state=State.UNCERTAIN, last_error="broke off")

    assert count_failure_reasons() == [("uncertain", "broke off", 2), ("dead", "550 No such user", 1)]


def test_staff_see_what_did_not_arrive_and_why(maria, client_for, dead, old):
    change(old(2, keeps=2 * MINUTE), state=State.DEAD, send_before=timezone.now())
    change(old(3), state=State.UNCERTAIN)

    shown = client_for(maria).get(reverse(PAGE))
    page = markup_of(shown)

    # In the list of reasons, twice in the button that tries all of them again, and in the row itself.
    assert page.count("550 No such user") == 4
    assert sum(button.text.startswith("Try again") for button in elements_of(page, "button")) == 2
    assert page.count("Too late") == 1
    assert [(state, number) for state, _reason, number, _can_retry in shown.context["reasons"]].count(
        ("uncertain", 1)
    ) == 1


def test_staff_are_warned_when_mail_does_not_leave(maria, client_for, old):
    client = client_for(maria)
    well = markup_of(client.get(reverse(PAGE)))
    old(1, since=5 * MINUTE)
    ill = markup_of(client.get(reverse(PAGE)))

    assert [len(elements_of(page, "div", class_="note note--danger")) for page in (well, ill)] == [0, 1]
    assert len(elements_of(well, "div", class_="empty")) == 1


def test_staff_try_a_dead_row_again(maria, client_for, dead):
    answer = client_for(maria).post(reverse("staff_delivery_retry", args=[dead.pk]), follow=True)

    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.retried_by) == (State.PENDING, 0, maria)
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]


def test_staff_send_an_uncertain_row_again(maria, client_for, old):
    row = old(1)
    change(row, state=State.UNCERTAIN, data_started_at=timezone.now(), doubted_at=timezone.now(), attempts=2)

    client_for(maria).post(reverse("staff_delivery_retry", args=[row.pk]))

    row.refresh_from_db()
    assert (row.state, row.attempts, row.data_started_at) == (State.PENDING, 0, None)
    assert row.doubted_at is not None


def test_row_that_needs_nothing_is_left_alone(maria, client_for, due):
    row = due(1)

    answer = client_for(maria).post(reverse("staff_delivery_retry", args=[row.pk]), follow=True)

    row.refresh_from_db()
    assert (row.retried_by, row.state) == (None, State.PENDING)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]


def test_row_that_is_not_there_is_not_found(maria, client_for):
    assert client_for(maria).post(reverse("staff_delivery_retry", args=[10**12])).status_code == 404


def test_staff_try_all_of_one_reason_again(maria, client_for, old, bob):
    for number in range(3):
        change(old(number), state=State.DEAD, attempts=8, refusals=2, reason="554 5.7.1 Go away", last_error="554 x")
    change(old(3), state=State.DEAD, attempts=8, reason="550 5.1.1 No such user")
    change(old(4, keeps=2 * MINUTE), state=State.DEAD, reason="554 5.7.1 Go away", send_before=timezone.now())
    change(old(5), state=State.EXPIRED, reason="554 5.7.1 Go away")

    answer = client_for(maria).post(reverse(ALL_AGAIN), {"reason": "554 5.7.1 Go away"}, follow=True)

    again = Notification.objects.filter(state=State.PENDING)
    assert set(again.values_list("attempts", "refusals", "reason", "retried_by")) == {(0, 0, "", maria.pk)}
    assert again.count() == 3
    [answered] = answer.context["messages"]
    assert (answered.level_tag, str(answered).split()[0]) == ("success", "3")


def test_staff_who_try_again_what_is_gone_are_told(maria, client_for, dead):
    answer = client_for(maria).post(reverse(ALL_AGAIN), {"reason": "something else"}, follow=True)

    dead.refresh_from_db()
    assert ([message.level_tag for message in answer.context["messages"]], dead.state) == (["error"], State.DEAD)


def test_button_for_a_reason_sends_what_is_listed_under_it(maria, client_for, dead, old):
    change(old(2), state=State.UNCERTAIN)
    client = client_for(maria)
    page = client.get(reverse(PAGE))

    for _state, reason, _number, _can_retry in page.context["reasons"]:
        client.post(reverse(ALL_AGAIN), {"reason": reason})

    assert Notification.objects.filter(state=State.PENDING).count() == 2


def test_row_that_came_too_late_is_shown_and_cannot_be_tried_again(maria, client_for, old, database_now):
    row = old(1)
    change(row, state=State.EXPIRED, reason="too late", ended_at=database_now - MINUTE)

    page = client_for(maria).get(reverse(PAGE))

    assert page.context["facts"].expired == 1
    assert [(state, can_retry) for state, _reason, _number, can_retry in page.context["reasons"]] == [
        ("expired", False)
    ]
    assert reverse("staff_delivery_retry", args=[row.pk]) not in markup_of(page)


def test_staff_see_that_the_mail_server_refuses_us(maria, client_for, bob):
    for _number in range(3):
        breaker.note_refused(bob.pk, Blame.OURS, "554 5.7.1 <Go> away")

    page = markup_of(client_for(maria).get(reverse(PAGE)))

    assert "554 5.7.1 &lt;Go&gt; away" in page


def test_command_lists_reasons_and_tries_one_again(dead, old, capsys):
    change(old(2), state=State.DEAD, reason="550 5.1.1 No such user")
    call_command("mail", "reasons")
    call_command("mail", "retry", "--reason", "550 No such user")

    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.retried_by) == (State.PENDING, 0, None)
    assert dead.retried_at is not None
    *listed, done = capsys.readouterr().out.splitlines()
    assert listed == ["     1  dead       550 5.1.1 No such user", "     1  dead       550 No such user"]
    assert done.split()[0] == "1"


def test_command_refuses_a_reason_that_there_is_not(dead):
    with pytest.raises(CommandError, match="mail reasons"):
        call_command("mail", "retry", "--reason", "550")

    dead.refresh_from_db()
    assert dead.state == State.DEAD


def test_looking_at_the_button_does_nothing(maria, client_for, dead):
    answer = client_for(maria).get(reverse("staff_delivery_retry", args=[dead.pk]))

    dead.refresh_from_db()
    assert (answer.status_code, dead.state) == (405, State.DEAD)


def test_page_exists_for_staff_alone(client, bob, client_for, dead):
    retry = reverse("staff_delivery_retry", args=[dead.pk])

    all_again = {"reason": dead.last_error}
    theirs = [client_for(bob).get(reverse(PAGE)), client_for(bob).post(retry)]
    theirs.append(client_for(bob).post(reverse(ALL_AGAIN), all_again))
    nobodys = [client.get(reverse(PAGE)), client.post(retry), client.post(reverse(ALL_AGAIN), all_again)]

    dead.refresh_from_db()
    assert [answer.status_code for answer in (*theirs, *nobodys)] == [404, 404, 404, 302, 302, 302]
    assert dead.state == State.DEAD


@pytest.mark.parametrize("count", [1, 20])
def test_page_asks_a_fixed_number_of_queries(maria, client_for, old, count, django_assert_max_num_queries):
    for number in range(count):
        change(old(number), state=State.DEAD)
    client = client_for(maria)

    with django_assert_max_num_queries(17):
        client.get(reverse(PAGE))
