"""Cases: taken by one, read for a reason that is logged, decided with a text, by nobody who has a part in them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Trace, User
from accounts.rules.roles import StaffRoleName
from mentoring.metrics import Tables
from notifications.models import InboxItem, Notification
from sessions_app.conversation.files import add_file
from sessions_app.conversation.uploads import read_upload
from tests.conftest import NOW, make_person, make_staff
from tests.events.making import make_event
from tests.markup import answers_in, elements_of, links_in, markup_of, parts_in, problems_in, refusals_in
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.races import race
from tests.trust.cases import TEXT, decide, make_team, report_message, report_profile, sanction_for, take_and_read
from trust.cases import Decision, decide_case, open_evidence, release_case, take_case
from trust.deadlines import READ_FOR, SHOWN_AFTER
from trust.errors import TrustError
from trust.models import Case, CaseState, Opening, Outcome, ReportKind, Rule
from trust.notices import ON_CALL, on_call_people, render_on_call_email, tell_owners_of_overdue
from trust.reports import make_report
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SAFETY, SELLING = ReportKind.SAFETY, ReportKind.SELLING
DECISION = Decision(Outcome.NOTE, Rule.SELLING, TEXT)


@pytest.fixture
def case(booking, bob) -> Case:
    return report_message(booking, bob).case


def code_of(act, **kwargs) -> str:
    with pytest.raises(TrustError) as refused:
        act(**kwargs)
    return refused.value.code


def acts_in(case: Case) -> list[tuple[int, str]]:
    return list(Trace.objects.filter(subject=str(case.uuid)).order_by("pk").values_list("by", "act"))


def presses_in(response) -> list[str]:
    return [one.attributes["value"] for one in elements_of(markup_of(response), "button", name="act")]


def page_of(case: Case) -> str:
    return f"/staff/cases/{case.uuid}/"


# What staff read of it


def test_all_that_staff_did_is_one_list_by_time(case, maria, client_for):
    [other] = make_team(1)
    for act, minute in ((take_case, 0), (release_case, 2), (take_case, 3)):
        act(case=case, by=maria, now=NOW + minute * MINUTE)
    open_evidence(case=case, reason="First", by=maria, now=NOW + 4 * MINUTE)
    release_case(case=case, by=maria, now=NOW + 5 * MINUTE)
    decide(case, other, now=NOW + 6 * MINUTE)

    with time_machine.travel(NOW + 10 * MINUTE, tick=False):
        page = markup_of(client_for(other).get(page_of(case)))

    acts = [one.attributes["data-act"] for one in elements_of(page, "li") if "data-act" in one.attributes]
    taken, back = "case_taken", "case_released"
    assert acts == [taken, back, taken, "read", back, taken, "read", "case_decided"]


def test_page_takes_as_many_statements_for_one_report_as_for_three(
    booking, alice, bob, charlie, dora, maria, client_for, django_assert_num_queries
):
    write(booking, bob, "Hello Alice")
    case = report_message(booking, bob).case
    client = client_for(maria)
    take_and_read(case, maria)
    client.get(page_of(case))

    with CaptureQueriesContext(connection) as for_one:
        client.get(page_of(case))
    for number in range(2):
        assert report_message(booking, bob).case == case
        write(booking, bob, f"Please stop {number}")
    for person in (charlie, dora):
        report_profile(alice, person)
    with django_assert_num_queries(len(for_one)):
        page = markup_of(client.get(page_of(case)))

    assert len([one for one in elements_of(page, "article") if "data-report" in one.attributes]) == 5
    read_along = [one for one in elements_of(page, "li") if "data-subject" in one.attributes]
    assert len(read_along) == 3


# Other cases about the same person


def test_other_cases_are_named_without_those_a_reader_reported(booking, alice, bob, charlie, maria, client_for):
    [other] = make_team(1)
    first = decide(report_message(booking, bob).case, maria)
    theirs = decide(report_profile(alice, other).case, maria)
    present = report_profile(alice, charlie).case

    links = {reader: links_in(markup_of(client_for(reader).get(page_of(present)))) for reader in (maria, other)}

    assert {page_of(first), page_of(theirs)} <= links[maria]
    assert links[other] & {page_of(first), page_of(theirs)} == {page_of(first)}


def test_an_owner_who_moderates_nothing_has_no_links_to_cases(alice, bob, charlie, maria, client_for):
    make_staff(charlie, StaffRoleName.OWNER)
    earlier = decide(report_profile(alice, bob).case, maria)
    case = decide(report_profile(alice, make_person("rita@example.org", "Rita")).case, maria, Outcome.REMOVAL)
    page = f"/staff/appeals/{sanction_for(case).uuid}/"

    shown = markup_of(client_for(charlie).get(page))

    assert "others" in {part.attributes.get("id") for part in elements_of(shown, "h2")}
    assert page_of(earlier) not in links_in(shown)


# Taking


def test_one_takes_a_case_gives_it_back_and_another_takes_it(case, maria):
    [other] = make_team(1)
    take_case(case=case, by=maria, now=NOW)
    take_case(case=case, by=maria, now=NOW)

    assert code_of(take_case, case=case, by=other, now=NOW) == "taken"
    assert code_of(release_case, case=case, by=other, now=NOW) == "not_taken"
    release_case(case=case, by=maria, now=NOW)
    assert take_case(case=case, by=other, now=NOW).taken_by == other
    assert acts_in(case) == [(maria.pk, "case_taken"), (maria.pk, "case_released"), (other.pk, "case_taken")]


def test_an_overdue_case_is_taken_over_from_who_only_has_it(case, maria, client_for):
    absent, third = make_team(2)
    take_case(case=case, by=absent, now=NOW)
    late = case.due_at + HOUR
    with time_machine.travel(case.due_at, tick=False):
        assert code_of(take_case, case=case, by=maria, now=case.due_at) == "taken"
        shown = client_for(maria).get(page_of(case))
        assert (parts_in(markup_of(shown)), presses_in(shown)) == (["taken"], [])
    with time_machine.travel(late, tick=False):
        desk = client_for(maria)
        assert presses_in(desk.get(page_of(case))) == ["take"]
        assert desk.post(page_of(case), {"act": "take"}).status_code == 302

    case.refresh_from_db()
    assert (case.taken_by, acts_in(case)[-1]) == (maria, (maria.pk, "case_taken_over"))
    told = InboxItem.objects.get(kind="case_taken_over")
    with time_machine.travel(late, tick=False):
        inbox = client_for(absent).get("/notifications/")
    assert (told.recipient, page_of(case) in links_in(markup_of(inbox))) == (absent, True)
    assert not Notification.objects.filter(recipient=absent, kind="case_taken_over").exists()
    # Who took it over has a day for it
    assert code_of(take_case, case=case, by=third, now=late + DAY - HOUR) == "taken"
    assert take_case(case=case, by=third, now=late + DAY).taken_by == third


def test_words_of_who_lost_the_case_meanwhile_stay(case, maria, client_for):
    [absent] = make_team(1)
    take_and_read(case, absent)
    case.refresh_from_db()
    take_case(case=case, by=maria, now=case.due_at + HOUR)
    case.refresh_from_db()
    sent = {"act": "decide", "seen": case.version, "outcome": "nothing", "rule": "selling", "text": "All is well"}

    refused = client_for(absent).post(page_of(case), sent)

    page = markup_of(refused)
    assert (refused.status_code, refusals_in(page)) == (409, ["not_taken"])
    assert "All is well</textarea>" in page


@pytest.mark.parametrize("why", ["role", "closed", "party"])
def test_another_takes_a_case_from_who_cannot_decide_it_any_more(why, case, alice, maria, client_for):
    left, other = make_team(2)
    take_case(case=case, by=left, now=NOW)
    if why == "role":
        make_staff(left, StaffRoleName.SUPPORT)
    elif why == "closed":
        User.objects.filter(pk=left.pk).update(is_active=False)
    else:
        report_profile(alice, left)
    desk = client_for(other)

    listed = [link.attributes["href"] for link in elements_of(markup_of(desk.get("/staff/cases/")), "a")]
    taken = desk.post(page_of(case), {"act": "take"})

    case.refresh_from_db()
    # They can't open it any more, so there is nothing to tell them.
    assert not InboxItem.objects.filter(kind="case_taken_over").exists()
    assert listed.count(page_of(case)) == 2  # in the list, and as the next one
    assert (taken.status_code, case.taken_by) == (302, other)
    assert code_of(take_case, case=case, by=maria, now=NOW) == "taken"


@pytest.mark.parametrize("party", ["alice", "bob"])
def test_nobody_takes_reads_or_sees_a_case_in_which_they_have_a_part(party, case, request, client_for):
    person = make_staff(request.getfixturevalue(party))

    assert code_of(take_case, case=case, by=person, now=NOW) == "own_case"
    assert code_of(open_evidence, case=case, reason="Mine", by=person, now=NOW) == "own_case"
    client = client_for(person)
    assert client.get(page_of(case)).status_code == 404
    assert page_of(case) not in links_in(markup_of(client.get("/staff/cases/")))


def test_only_moderators_take_cases(case, charlie):
    make_staff(charlie, StaffRoleName.SUPPORT)

    with pytest.raises(PermissionDenied):
        take_case(case=case, by=charlie, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_take_one_case_at_once_and_one_has_it(case):
    team = make_team(5)

    found = race([lambda one=one: take_case(case=case, by=one, now=NOW) for one in team])

    assert found == {"won": 1, "taken": 4}


# Reading


def test_evidence_is_read_by_who_has_it_for_a_reason_and_an_hour(case, maria, client_for, bob):
    [other] = make_team(1)
    client = client_for(maria)

    def reads(by=maria) -> bool:
        page = markup_of(client_for(by).get(page_of(case)))
        return "savings" in page or "He wants money" in page

    assert not reads()
    assert code_of(open_evidence, case=case, reason="Curious", by=maria, now=NOW) == "not_taken"
    client.post(page_of(case), {"act": "take"})
    assert not reads()
    empty = client.post(page_of(case), {"act": "open", "reason": ""})
    assert (empty.status_code, problems_in(markup_of(empty))) == (422, ["id_reason"])
    client.post(page_of(case), {"act": "open", "reason": "Reported by two"})
    assert (reads(), reads(other)) == (True, False)
    with time_machine.travel(NOW + READ_FOR, tick=False):
        assert not reads()
    assert list(Opening.objects.values_list("by__name", "reason")) == [(maria.name, "Reported by two")]


def test_messages_around_are_read_along(booking, alice, bob, maria, client_for):
    write(booking, bob, "Hello Alice")
    case = report_message(booking, bob).case
    write(booking, bob, "No thanks")
    take_and_read(case, maria)

    page = markup_of(client_for(maria).get(page_of(case)))

    assert [words in page for words in ("Hello Alice", "No thanks", "Send me your savings")] == [True] * 3


def test_file_of_the_evidence_is_only_saved_and_only_while_it_is_open(
    booking, alice, bob, maria, client_for, tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path
    upload = read_upload(SimpleUploadedFile("cv.pdf", PDF))
    file = add_file(engagement=booking.engagement, upload=upload, by=alice, now=NOW)
    case = make_report(found=find_reportable("file", str(file.uuid), bob), kind=SELLING, words="", by=bob, now=NOW).case
    client, address = client_for(maria), f"{page_of(case)}exhibits/{case.exhibits.get().pk}/"

    assert client.get(address).status_code == 404
    take_and_read(case, maria)
    answer = client.get(address)
    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (PDF, "application/octet-stream")
    assert answer["Content-Disposition"].startswith("attachment")
    with time_machine.travel(NOW + READ_FOR, tick=False):
        assert client_for(maria).get(address).status_code == 404


def test_person_sees_who_read_a_month_after_it_is_closed(case, alice, maria, client_for):
    decide(case, maria)
    case.refresh_from_db()

    def looks(now) -> int:
        with time_machine.travel(now, tick=False):
            page = markup_of(client_for(alice).get("/settings/data/"))
        return len([item for item in elements_of(page, "li") if "data-look" in item.attributes])

    assert [looks(case.closes_at + SHOWN_AFTER - HOUR), looks(case.closes_at + SHOWN_AFTER)] == [0, 1]
    assert not Trace.objects.looks_at(alice).exists()


# Deciding


def test_decision_asks_for_taking_and_reading_first(case, maria):
    given = {"case": case, "decision": DECISION, "by": maria, "now": NOW}

    assert code_of(decide_case, **given, seen=case.version) == "not_taken"
    case = take_case(case=case, by=maria, now=NOW)
    assert code_of(decide_case, **given, seen=case.version) == "unread"
    open_evidence(case=case, reason="Reported", by=maria, now=NOW)
    decided = decide_case(**given, seen=case.version)
    assert (decided.state, decided.outcome, decided.decided_by, decided.text) == ("decided", "note", maria, TEXT)
    assert code_of(decide_case, **given, seen=decided.version) == "decided"


def test_deciding_on_an_older_case_is_refused_and_the_text_stays(case, alice, charlie, maria, client_for):
    client = client_for(maria)
    take_and_read(case, maria)
    sent = {"act": "decide", "seen": case.version, "outcome": "nothing", "rule": "selling", "text": "All is well"}
    report_profile(alice, charlie)

    refused = client.post(page_of(case), sent)

    assert refused.status_code == 409
    page = markup_of(refused)
    assert "All is well</textarea>" in page
    case.refresh_from_db()
    assert case.state == CaseState.TAKEN
    [seen] = elements_of(page, "input", name="seen")
    assert client.post(page_of(case), sent | {"seen": seen.attributes["value"]}).status_code == 302


def test_what_is_missing_is_said_beside_each_field(case, maria, client_for):
    take_and_read(case, maria)

    refused = client_for(maria).post(page_of(case), {"act": "decide", "seen": case.version})

    assert refused.status_code == 422
    assert set(problems_in(markup_of(refused))) == {"id_outcome_0", "id_rule", "id_text"}


@pytest.mark.parametrize(("outcome", "wrong"), [("limit", ["days"]), ("suspension", ["days"]), ("removal", [])])
def test_what_stops_someone_for_a_time_needs_an_end_beside_its_field(outcome, wrong, case, maria, client_for):
    make_team()
    take_and_read(case, maria)
    said = {"act": "decide", "seen": case.version, "outcome": outcome, "rule": "respect", "text": TEXT}

    answer = client_for(maria).post(f"/staff/cases/{case.uuid}/", said)

    shown = markup_of(answer)
    assert [one.attributes["name"] for one in elements_of(shown, "select") if "aria-invalid" in one.attributes] == wrong
    assert answer.status_code == (422 if wrong else 302)


@pytest.mark.parametrize("act", ["", "king", "decide"])
def test_made_up_acts_do_nothing(act, case, maria, client_for):
    answer = client_for(maria).post(page_of(case), {"act": act, "outcome": "king", "seen": "9" * 30, "days": "0"})

    case.refresh_from_db()
    assert (answer.status_code, case.state) == (422, CaseState.OPEN)


def test_decision_leads_to_the_next_case(case, alice, dora, charlie, maria, client_for):
    client = client_for(maria)
    second = report_profile(dora, charlie, now=NOW + HOUR).case
    take_and_read(case, maria)

    done = client.post(
        page_of(case),
        {"act": "decide", "seen": case.version, "outcome": "note", "rule": "respect", "text": TEXT, "days": ""},
        follow=True,
    )

    assert done.redirect_chain == [(page_of(second), 302)]
    assert answers_in(markup_of(done)) == ["ok"]


def test_queue_is_by_deadline_and_overdue_is_marked(alice, dora, bob, charlie, maria, client_for):
    report_profile(dora, charlie)
    report_profile(alice, bob, kind=SAFETY, now=NOW + HOUR)
    client = client_for(maria)

    def overdue() -> list[bool]:
        found = elements_of(markup_of(client_for(maria).get("/staff/cases/")), "tr")
        return ["data-overdue" in row.attributes for row in found if "data-case" in row.attributes]

    assert overdue() == [False, False]
    page = markup_of(client.get("/staff/cases/"))
    assert page.index("Alice Adair") < page.index("Dora Dane")
    with time_machine.travel(NOW + 26 * HOUR, tick=False):
        assert overdue() == [True, False]


def test_case_about_an_event_has_no_person_to_decide_about(maria, bob, client_for):
    event = make_event(make_person("lead@example.org", "Lea Lead", is_staff=True))
    case = make_report(found=find_reportable("event", event.slug, bob), kind=SELLING, words="", by=bob, now=NOW).case
    assert (case.about, case.topic) == (None, f"event:{event.pk}")
    take_and_read(case, maria)
    assert "Case" in markup_of(client_for(maria).get(page_of(case)))

    def act(outcome: Outcome) -> str:
        return code_of(
            decide_case,
            case=case,
            decision=Decision(outcome, Rule.OTHER, "x"),
            by=maria,
            now=NOW,
            seen=case.version,
        )

    assert act(Outcome.BREAK) == "not_about_events"
    decided = decide_case(
        case=case, decision=Decision(Outcome.NOTE, Rule.OTHER, "x"), by=maria, now=NOW, seen=case.version
    )
    assert not hasattr(decided, "sanction")
    assert acts_in(case) == [(maria.pk, "case_taken"), (maria.pk, "case_decided")]
    assert [trace.about for trace in Trace.objects.filter(subject=str(case.uuid))] == [None, None]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"taken_by": "alice"}, "nobody_takes_a_case_about_themselves"),
        ({"decided_by": "alice"}, "nobody_decides_about_themselves"),
        ({"text": ""}, "decision_says_who_when_by_which_rule_and_why"),
        ({"rule": ""}, "decision_says_who_when_by_which_rule_and_why"),
        ({"decided_by": None}, "decision_says_who_when_by_which_rule_and_why"),
        ({"state": "open"}, "case_is_open_or_somebody_has_it"),
        ({"about": None}, "case_is_about_a_person_or_an_event"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_database_refuses_cases(change, constraint, case, maria, request):
    decide(case, maria)
    values = {
        name: User.objects.get(email=f"{who}@example.org") if who == "alice" else who for name, who in change.items()
    }

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**values)


def test_database_knows_one_open_case_about_a_person(case, alice):
    with pytest.raises(IntegrityError, match="one_open_case_about_a_person"), transaction.atomic():
        Case.objects.create(about=alice, kind="other", opened_at=NOW, due_at=NOW)


# Who is told


def due_of(person: User) -> list:
    rows = Notification.objects.filter(recipient=person, kind__in=ON_CALL)
    return [row.due_at - NOW for row in rows.order_by("due_at")]


def test_on_call_is_told_at_once_and_after_4_and_12_hours(alice, bob, maria, settings):
    [other] = make_team(1)
    settings.SAFETY_ON_CALL = [maria.email.upper()]

    report_profile(alice, bob, kind=SAFETY)

    assert (due_of(maria), due_of(other)) == ([0 * HOUR, 4 * HOUR, 12 * HOUR], [])


def test_moderator_who_reports_is_not_called(alice, maria):
    [other] = make_team(1)

    report_profile(alice, maria, kind=SAFETY)

    assert (due_of(maria), len(due_of(other))) == ([], 3)


def test_all_moderators_are_on_call_if_nobody_is_named(maria, settings):
    team = make_team(2)
    settings.SAFETY_ON_CALL = ["nobody@example.org"]

    assert on_call_people() == [maria, *team]


def test_nobody_is_told_twice_and_not_again_once_it_is_taken(alice, bob, charlie, maria):
    report_profile(alice, bob, kind=SAFETY)
    report_profile(alice, charlie, kind=SAFETY)
    assert len(due_of(maria)) == 3

    take_case(case=Case.objects.get(), by=maria, now=NOW + HOUR)
    later = Notification.objects.filter(kind=ON_CALL[1]).get(recipient=maria)
    assert render_on_call_email(later, NOW + 4 * HOUR).reason == "it is taken"


def test_other_reports_wake_nobody(alice, bob, maria):
    report_profile(alice, bob)

    assert due_of(maria) == []


def test_owners_are_mailed_once_a_day_while_cases_are_overdue(case, maria):
    moderator = make_person("mod@example.org", "Mo Mod", is_staff=True, roles=[StaffRoleName.MODERATOR])
    assert tell_owners_of_overdue(now=NOW) == 0
    late = case.due_at + HOUR
    for moment in (late, late + HOUR, late + DAY):
        assert tell_owners_of_overdue(now=moment) == 1

    told = Notification.objects.filter(kind="cases_overdue")
    assert list(told.values_list("recipient", flat=True)) == [maria.pk, maria.pk]
    assert moderator.pk not in told.values_list("recipient", flat=True)


def test_metrics_count_what_waits_and_what_is_late(case):
    def read() -> dict[str, float]:
        return {
            metric.name: metric.samples[0].value
            for metric in Tables().collect()
            if metric.name.startswith(("mentoring_cases", "mentoring_appeals"))
        }

    with time_machine.travel(NOW, tick=False):
        before = read()
    with time_machine.travel(case.due_at + HOUR, tick=False):
        after = read()
    assert (before["mentoring_cases_undecided"], before["mentoring_cases_overdue"]) == (1, 0)
    assert (after["mentoring_cases_overdue"], after["mentoring_appeals_overdue"]) == (1, 0)
