"""Report with a message: said by one, read by staff for a reason that is logged, settled."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from sessions_app.conversation.reports import open_report, report_message, settle_report
from sessions_app.errors import SessionError
from sessions_app.models import Report, ReportReason, ThreadOpening
from tests.conftest import NOW, make_staff
from tests.markup import answers_in, elements_of, links_in, markup_of, problems_in
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.pages import text_of
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HOUR = timedelta(hours=1)


@pytest.fixture
def message(booking, alice, bob):
    for word in ("Hello Bob", "Nice to meet you", "Send me your savings", "Are you there?", "Well?"):
        last = write(booking, alice if word != "Are you there?" else bob, word)
        if word.startswith("Send"):
            found = last
    return found


@pytest.fixture
def report(message, bob):
    return report_message(message=message, reason=ReportReason.SELLING, words="He wants money", by=bob, now=NOW)


def code_of(act, **kwargs) -> str:
    with pytest.raises(SessionError) as error:
        act(**kwargs)
    return error.value.code


def page_of(report: Report) -> str:
    return f"/staff/reports/{report.uuid}/"


def test_report_is_for_what_the_other_wrote(message, alice, bob, charlie):
    given = {"message": message, "reason": ReportReason.RUDE, "words": "", "now": NOW}

    assert code_of(report_message, **given, by=alice) == "own_message"
    assert code_of(report_message, **given, by=charlie) == "not_yours"
    assert report_message(**given, by=bob).by == bob


def test_nobody_is_led_to_a_report_of_their_own_message(message, alice, bob, client_for):
    address = f"/messages/report/{message.uuid}/"
    thread = f"/messages/{message.engagement.uuid}/"
    answers = [(person, client_for(person)) for person in (alice, bob)]

    assert [client.get(address).status_code for _person, client in answers] == [404, 200]
    assert [client.post(address, {"reason": "rude", "words": ""}).status_code for _person, client in answers] == [
        404,
        302,
    ]
    assert [address in client.get(thread).content.decode() for _person, client in answers] == [False, True]
    assert Report.objects.get().by == bob


def test_reporting_again_says_it_better_until_it_is_settled(report, message, bob, maria):
    again = {"message": message, "reason": ReportReason.UNSAFE, "by": bob, "now": NOW}
    report_message(**again, words="Twice now")
    open_report(report=report, reason="Reported", by=maria, now=NOW)
    settle_report(report=report, outcome="Warned", by=maria, now=NOW)
    report_message(**again, words="Too late")

    found = Report.objects.get()
    assert (found.reason, found.words, found.outcome, found.settled_by) == ("unsafe", "Twice now", "Warned", maria)


def test_staff_read_only_for_a_reason_and_settle_only_what_they_read(report, alice, maria):
    with pytest.raises(PermissionDenied):
        open_report(report=report, reason="Curious", by=alice, now=NOW)
    assert code_of(settle_report, report=report, outcome="x", by=maria, now=NOW) == "unread"

    open_report(report=report, reason="Reported", by=maria, now=NOW)
    assert code_of(settle_report, report=report, outcome="x", by=maria, now=NOW + HOUR) == "unread"
    settle_report(report=report, outcome="Warned", by=maria, now=NOW + HOUR - timedelta(seconds=1))
    assert code_of(settle_report, report=report, outcome="x", by=maria, now=NOW) == "changed"


def test_staff_decide_nothing_in_a_thread_of_their_own(report, alice):
    make_staff(alice)

    assert code_of(open_report, report=report, reason="Mine", by=alice, now=NOW) == "own_thread"


def test_staff_do_not_see_who_reported_what_about_them(report, alice, maria, client):
    make_staff(alice)

    sign_in(client, alice)
    assert client.get(page_of(report)).status_code == 404
    assert page_of(report) not in client.get("/staff/reports/").content.decode()
    sign_in(client, maria)
    assert client.get(page_of(report)).status_code == 200
    assert page_of(report) in client.get("/staff/reports/").content.decode()


def test_the_log_of_who_read_what_cannot_be_changed(report, maria):
    opening = open_report(report=report, reason="Reported", by=maria, now=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ThreadOpening.objects.filter(pk=opening.pk).update(reason="Other")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        opening.delete()


def test_reporting_on_the_page(message, booking, bob, client_for):
    client, page = client_for(bob), f"/messages/report/{message.uuid}/"

    asked = client.post(page, {"words": "He wants money"})
    done = client.post(page, {"reason": "selling", "words": "He wants money"}, follow=True)

    assert (asked.status_code, len(problems_in(markup_of(asked)))) == (422, 1)
    assert "He wants money</textarea>" in asked.content.decode()
    assert "Send me your savings" in text_of(client.get(page))
    assert done.redirect_chain == [(f"/messages/{booking.engagement.uuid}/", 302)]
    assert answers_in(markup_of(done)) == ["ok"]
    report = Report.objects.get()
    assert (report.message, report.reason, report.words) == (message, "selling", "He wants money")


def test_staff_see_no_words_until_they_say_why(report, maria, client_for):
    client = client_for(maria)
    listed, asked = client.get("/staff/reports/"), client.get(page_of(report))
    empty = client.post(page_of(report), {"reason": ""})

    cells = [cell.text for cell in elements_of(markup_of(listed), "td")]
    assert cells[:3] == [ReportReason.SELLING.label, "Bob Bose", "Alice Adair"]
    for page in (listed, asked, empty):
        assert "savings" not in text_of(page)
    assert (empty.status_code, problems_in(markup_of(empty))) == (422, ["id_reason"])
    assert ThreadOpening.objects.count() == 0


def test_staff_read_the_message_with_its_neighbours_for_an_hour_and_settle_it(report, message, maria, client_for):
    write_on(message)
    client = client_for(maria)

    read = text_of(client.post(page_of(report), {"reason": "Reported by Bob"}, follow=True))
    with time_machine.travel(NOW + HOUR, tick=False):
        later = text_of(client_for(maria).get(page_of(report)))
    settled = client.post(page_of(report), {"outcome": "Warned Alice"}, follow=True)

    for words in ("Hello Bob", "Nice to meet you", "Send me your savings", "Are you there?", "Well?"):
        assert (words in read, words in later) == (True, False)
    assert "One more" not in read
    assert "Maria Marsh, “Reported by Bob”" in later
    assert (settled.redirect_chain, Report.objects.get().outcome) == ([("/staff/reports/", 302)], "Warned Alice")
    settled_page, open_page = (markup_of(client.get(f"/staff/reports/?state={tab}")) for tab in ("settled", "open"))
    assert [page_of(report) in links_in(html) for html in (settled_page, open_page)] == [True, False]
    assert client.get("/staff/reports/?state=made-up").status_code == 404


def write_on(message) -> None:
    write(message.engagement.bookings.get(), message.author, "One more")


def reports_waiting(client) -> str:
    [queue] = elements_of(markup_of(client.get("/staff/")), "tr", data_queue="staff_reports")
    return queue.attributes["data-count"]


def test_staff_are_shown_how_many_wait(report, maria, client_for):
    assert reports_waiting(client_for(maria)) == "1"


def test_the_number_that_waits_leaves_out_what_the_list_leaves_out(report, alice, client_for):
    make_staff(alice)

    assert reports_waiting(client_for(alice)) == "0"
