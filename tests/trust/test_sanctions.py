"""What follows from a decision: enforced where people book, ask and write; signed by two; objected to once."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.rules.roles import StaffRoleName
from events.errors import EventError
from mentors.models import Decision as ProfileAct
from mentors.models import ProfileDecision, ProfileState
from notifications.models import Notification
from sessions_app.booking.requests import accept_booking
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Feedback
from tests.conftest import NOW, at, make_person, make_staff
from tests.events.making import come, make_event
from tests.markup import elements_of, markup_of, parts_in, problems_in, refusals_in
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.races import race
from tests.sessions_app.helpers.written import ask, writes
from tests.trust.cases import (
    TEXT,
    WEEK,
    decide,
    make_team,
    object_to,
    read_and_sign,
    report_message,
    report_profile,
    sanction_for,
    take_and_read,
)
from trust.appeals import decide_appeal, make_appeal
from trust.cases import Decision, decide_case, open_evidence, take_case
from trust.checks import check_deciders
from trust.errors import TrustError
from trust.figures import list_quarters
from trust.models import Appeal, AppealOutcome, Case, Outcome, Report, ReportKind, Rule, Sanction
from trust.notices import appeal_url, render_decided_email, render_lifted_email
from trust.sanctions import lift_sanction, refuse_second, run_sanctions, sign_second

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FRIDAY = at("2026-11-27 10:00")
UPHELD, REJECTED = AppealOutcome.UPHELD, AppealOutcome.REJECTED


@pytest.fixture
def team() -> list[User]:
    return make_team(3)


def case_about(person: User, *, now=NOW) -> Case:
    """Reported by a stranger who reads their words."""
    reporter = make_person(f"reporter{Report.objects.count()}@example.org", "Rita Reporter")
    case = Case.objects.create(about=person, kind="conduct", opened_at=now, due_at=now + 3 * DAY)
    Report.objects.create(
        subject_type="session", subject_id=case.pk, about=person, by=reporter, kind="conduct", case=case, at=now
    )
    return case


def sanction(person: User, by: User, outcome: Outcome, *, until=None) -> Sanction:
    return sanction_for(decide(case_about(person), by, outcome, until=until))


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises((TrustError, SessionError, EventError)) as refused:
        act(*args, **kwargs)
    return refused.value.code


# Enforced


def test_limit_stops_what_is_new_and_leaves_what_is_agreed(booking, dora, bob, maria, team):
    sanction(bob, maria, Outcome.LIMIT)

    assert code_of(book, dora.mentor_profile.offers.timed().get(), bob, FRIDAY) == "barred"
    assert code_of(ask, writes(dora.mentor_profile), bob) == "barred"
    assert code_of(come, make_event(maria), bob) == "barred"
    write(booking, bob)
    booking.refresh_from_db()
    assert booking.state == "confirmed"


@pytest.mark.parametrize("outcome", [Outcome.BREAK, Outcome.SUSPENSION])
def test_break_and_suspension_stop_asking_accepting_and_writing(outcome, request_for, dora, alice, bob, maria, team):
    sanction(bob, maria, outcome)

    assert code_of(write, request_for, bob) in ("barred", "closed")
    assert code_of(book, dora.mentor_profile.offers.timed().get(), bob, FRIDAY) == "barred"
    assert code_of(accept_booking, booking=request_for, by=alice, now=NOW) in ("closed", "not_waiting")


@pytest.mark.parametrize("outcome", [Outcome.BREAK, Outcome.SUSPENSION])
def test_mentor_is_not_booked_meanwhile_and_is_there_again_afterwards(outcome, offer, alice, bob, maria, team):
    made = sanction(alice, maria, outcome)

    assert code_of(book, offer, bob, FRIDAY) == "closed"
    run_sanctions(now=made.until)
    alice.mentor_profile.refresh_from_db()
    assert alice.mentor_profile.state == ProfileState.APPROVED


def test_note_and_content_stop_nothing(offer, alice, bob, maria, team):
    sanction(bob, maria, Outcome.NOTE)

    assert book(offer, bob).state == "confirmed"


def test_reporters_and_the_page_are_told_until_when(offer, bob, maria, team, client_for):
    sanction(bob, maria, Outcome.LIMIT, until=NOW + 3 * WEEK)

    with pytest.raises(SessionError) as refused:
        book(offer, bob, FRIDAY)

    assert "15 December" in str(refused.value.message)


def test_it_ends_by_itself(offer, bob, maria, team):
    made = sanction(bob, maria, Outcome.LIMIT)
    Booking.objects.all().delete()

    with time_machine.travel(made.until, tick=False):
        assert book(offer, bob, THURSDAY + 2 * WEEK, now=made.until).state == "confirmed"
    assert run_sanctions(now=made.until) == 1
    assert run_sanctions(now=made.until) == 0


def test_profile_that_staff_suspended_for_another_reason_stays_so(alice, maria, team):
    made = sanction(alice, maria, Outcome.SUSPENSION)
    profile = alice.mentor_profile
    ProfileDecision.objects.create(
        profile=profile, decision=ProfileAct.SUSPENDED, by=maria, reason="More", version=99, at=NOW + HOUR
    )

    lift_sanction(sanction=made, by=maria, now=NOW + DAY)

    profile.refresh_from_db()
    assert profile.state == ProfileState.SUSPENDED


def test_suspension_ends_what_is_ahead_and_the_clock_does_it_where_that_failed(booking, bob, maria, team):
    made = sanction(bob, maria, Outcome.SUSPENSION)
    booking.refresh_from_db()
    assert (booking.state, made.ahead_ended_at) == ("confirmed", None)  # not committed in this test

    run_sanctions(now=NOW)

    booking.refresh_from_db()
    made.refresh_from_db()
    assert (booking.state, booking.cannot_take_place, made.ahead_ended_at) == ("cancelled", True, NOW)
    assert run_sanctions(now=NOW) == 0


def test_content_is_removed_and_nothing_else(booking, alice, bob, maria, team):
    report = report_message(booking, bob)

    decide(report.case, maria, Outcome.CONTENT)

    [message] = booking.engagement.messages.all()
    assert (message.body, message.erased_at) == ("", NOW)
    assert report.case.exhibits.get().snapshot["message"] == "Send me your savings"
    write(booking, alice)


def test_words_on_a_page_are_taken_down(over, bob, maria, team):
    words = Feedback.objects.create(
        booking=over, author=bob, role="mentee", resolution="yes", left_with="Buy", may_publish=True,
        published_at=NOW, created_at=NOW,
    )  # fmt: skip
    case = case_about(bob)
    Report.objects.filter(case=case).update(subject_type="words", subject_id=words.pk)

    decide(case, maria, Outcome.CONTENT)

    words.refresh_from_db()
    assert (words.published_at, words.declined_by) == (None, maria)


def test_what_cannot_be_removed_is_said(alice, bob, maria, team):
    case = report_profile(alice, bob).case

    assert code_of(decide, case, maria, Outcome.CONTENT) == "nothing_to_remove"


# Two people


@pytest.mark.parametrize("outcome", [Outcome.LIMIT, Outcome.BREAK, Outcome.SUSPENSION, Outcome.REMOVAL])
def test_with_one_person_who_decides_only_a_note_is_possible(outcome, bob, maria):
    case = case_about(bob)

    assert code_of(decide, case, maria, outcome) == "no_second"
    case.refresh_from_db()
    assert case.is_undecided
    decide(case, maria, Outcome.NOTE)


def test_a_check_says_that_somebody_is_missing(bob, maria):
    assert [found.id for found in check_deciders(databases=["default"])] == ["trust.W001"]
    make_staff(bob, StaffRoleName.OWNER)
    assert check_deciders(databases=["default"]) == []
    assert check_deciders() == []


def test_removal_begins_with_the_signature_of_an_owner_who_did_not_decide_it(booking, bob, maria, team):
    made = sanction(bob, maria, Outcome.REMOVAL)
    bob.refresh_from_db()
    assert (made.begins, bob.is_active) == (None, True)
    assert not Notification.objects.filter(kind="case_decided").exists()

    assert code_of(sign_second, sanction=made, by=maria, now=NOW) == "own_case"
    moderator = make_person("mod@example.org", "Mo", is_staff=True, roles=[StaffRoleName.MODERATOR])
    with pytest.raises(PermissionDenied):
        sign_second(sanction=made, by=moderator, now=NOW)
    assert code_of(sign_second, sanction=made, by=team[0], now=NOW) == "unread"
    bob.refresh_from_db()
    assert bob.is_active
    read_and_sign(made, team[0])

    bob.refresh_from_db()
    made.refresh_from_db()
    assert (bob.is_active, made.begins, made.second_by) == (False, NOW, team[0])
    assert Notification.objects.get(kind="case_decided").recipient == bob
    assert code_of(sign_second, sanction=made, by=team[1], now=NOW) == "signed"
    run_sanctions(now=NOW)
    booking.refresh_from_db()
    assert booking.state == "cancelled"


def test_owner_who_does_not_sign_sends_the_case_back(bob, maria, team):
    made = sanction(bob, maria, Outcome.REMOVAL)

    case = refuse_second(sanction=made, by=team[0], now=NOW)

    assert (case.state, case.outcome, Sanction.objects.count()) == ("taken", "", 0)
    decided = decide_case(
        case=case, decision=Decision(Outcome.NOTE, Rule.RESPECT, TEXT), by=maria, now=NOW, seen=case.version
    )
    assert decided.outcome == "note"


def told_about_reports(person: User) -> int:
    return Notification.objects.filter(recipient=person, kind="report_outcome").count()


def test_page_offers_the_signature_once_the_evidence_was_read(bob, maria, team, client_for):
    made = sanction(bob, maria, Outcome.REMOVAL)
    client, page = client_for(team[0]), f"/staff/appeals/{made.uuid}/"

    def buttons() -> set[str]:
        return {one.attributes["value"] for one in elements_of(markup_of(client.get(page)), "button", name="act")}

    assert buttons() == {"open", "refuse"}
    assert "read-first" in parts_in(markup_of(client.get(page)))
    refused = client.post(page, {"act": "sign"})
    assert (refused.status_code, refusals_in(markup_of(refused))) == (409, ["unread"])
    client.post(page, {"act": "open", "reason": "To sign"})
    assert buttons() == {"sign", "refuse"}
    assert client.post(page, {"act": "sign"}).status_code == 302
    made.refresh_from_db()
    assert made.second_by == team[0]


@pytest.mark.parametrize("is_signed", [True, False])
def test_reporters_hear_of_a_removal_once_it_is_signed(is_signed, alice, bob, maria, team, client_for):
    report = report_profile(alice, bob)
    decide(report.case, maria, Outcome.REMOVAL)
    made = sanction_for(report.case)
    page = f"/reports/{report.uuid}/"

    before = (told_about_reports(bob), "data-outcome" in client_for(bob).get(page).content.decode())
    if is_signed:
        read_and_sign(made, team[0])
    else:
        refuse_second(sanction=made, by=team[0], now=NOW)
    after = (told_about_reports(bob), "data-outcome" in client_for(bob).get(page).content.decode())

    assert (before, after) == ((0, False), (1, True) if is_signed else (0, False))


def test_reporters_hear_what_was_decided_after_a_removal_was_not_signed(alice, bob, maria, team):
    report = report_profile(alice, bob)
    decide(report.case, maria, Outcome.REMOVAL)
    case = refuse_second(sanction=sanction_for(report.case), by=team[0], now=NOW)
    nothing = Decision(Outcome.NOTHING, Rule.RESPECT, TEXT)

    decide_case(case=case, decision=nothing, by=maria, now=NOW, seen=case.version)

    assert told_about_reports(bob) == 1


def test_a_removal_is_signed_or_sent_back_before_a_newer_case_is_decided(alice, bob, charlie, maria, team, client_for):
    report = report_profile(alice, bob)
    decide(report.case, maria, Outcome.REMOVAL)
    newer = report_profile(alice, charlie).case
    made = sanction_for(report.case)

    refused = client_for(team[0]).post(f"/staff/appeals/{made.uuid}/", {"act": "refuse"})

    assert (refused.status_code, refusals_in(markup_of(refused))) == (409, ["other_case"])
    decide(newer, maria, Outcome.NOTHING)
    assert refuse_second(sanction=made, by=team[0], now=NOW).state == "taken"


@pytest.mark.parametrize("until", [NOW, NOW - DAY, NOW + timedelta(days=731), (NOW + DAY).replace(tzinfo=None)])
def test_an_end_is_ahead_and_within_two_years(until, bob, maria, team):
    assert code_of(decide, case_about(bob), maria, Outcome.BREAK, until=until) == "until"


def test_lifting_ends_it_now(offer, bob, alice, maria, team):
    made = sanction(bob, maria, Outcome.LIMIT)

    lift_sanction(sanction=made, by=team[0], now=NOW)
    lift_sanction(sanction=made, by=team[1], now=NOW)

    assert book(offer, bob).state == "confirmed"
    made.refresh_from_db()
    assert made.lifted_by == team[0]
    assert Notification.objects.filter(kind="sanction_lifted", recipient=bob).count() == 1
    make_staff(bob)
    assert code_of(lift_sanction, sanction=made, by=bob, now=NOW) == "own_case"


# Appeals


def test_person_reads_the_decision_and_objects_once(bob, charlie, maria, team, client_for):
    made = sanction(bob, maria, Outcome.LIMIT)
    client, page = client_for(bob), f"/appeal/{made.uuid}/"

    shown = client.get(page).content.decode()
    empty = client.post(page, {"words": " "})
    sent = client.post(page, {"words": "It was a joke"})
    again = client.post(page, {"words": "Once more"})

    assert TEXT in shown
    assert "Rita" not in shown
    assert maria.first_name not in shown.partition("<main")[2]
    assert (empty.status_code, problems_in(markup_of(empty))) == (422, ["id_words"])
    assert (sent.status_code, again.status_code) == (302, 409)
    appeal = Appeal.objects.get()
    assert (appeal.by, appeal.against, appeal.words, appeal.due_at) == (bob, maria, "It was a joke", NOW + WEEK)
    assert Case.objects.get().state == "appealed"
    assert client_for(charlie).get(page).status_code == 404


def test_who_was_removed_objects_by_the_link_in_their_mail(bob, maria, team, client):
    made = sanction(bob, maria, Outcome.REMOVAL)
    read_and_sign(made, team[0])
    made.refresh_from_db()
    link = "/" + appeal_url(made).split("/", 3)[3]

    assert client.get(f"/appeal/{made.uuid}/").headers["Location"].startswith("/sign-in/")
    assert client.get(f"/appeal/{made.uuid}/?key=made-up").status_code == 302
    assert TEXT in client.get(link).content.decode()
    assert client.post(link, {"words": "Let me back"}).status_code == 302
    appeal = Appeal.objects.get()
    open_evidence(case=made.case, reason="Appeal", by=team[1], now=NOW)
    decide_appeal(appeal=appeal, outcome=UPHELD, answer="You are right", by=team[1], now=NOW)
    bob.refresh_from_db()
    assert bob.is_active


def test_link_opens_removals_only(bob, maria, team, client):
    made = sanction(bob, maria, Outcome.LIMIT)
    key = appeal_url(Sanction(uuid=made.uuid, kind="removal")).partition("?key=")[2]

    assert client.get(f"/appeal/{made.uuid}/?key={key}").status_code == 302


def test_an_appeal_comes_within_180_days(bob, maria, team):
    made = sanction(bob, maria, Outcome.SUSPENSION, until=NOW + timedelta(days=365))
    given = {"sanction": made, "words": "x", "by": bob}

    assert code_of(make_appeal, **given, now=NOW + 180 * DAY) == "too_late"
    assert make_appeal(**given, now=NOW + 180 * DAY - HOUR).by == bob


def test_another_person_decides_the_appeal(bob, maria, team):
    case = decide(case_about(bob), maria, Outcome.LIMIT)
    appeal = object_to(case)
    given = {"appeal": appeal, "outcome": REJECTED, "answer": "It stays", "now": NOW}
    reporter = make_staff(case.reports.get().by)

    assert [code_of(decide_appeal, **given, by=one) for one in (maria, reporter, make_staff(bob))] == [
        "own_decision"
    ] * 3
    assert code_of(decide_appeal, **given, by=team[0]) == "unread"
    open_evidence(case=case, reason="Appeal", by=team[0], now=NOW)
    decide_appeal(**given, by=team[0])
    assert code_of(decide_appeal, **given, by=team[0]) == "answered"
    case.refresh_from_db()
    assert (case.state, case.closes_at, sanction_for(case).is_in_force(NOW)) == ("decided", NOW, True)


def test_an_appeal_that_is_right_ends_it_at_once(offer, bob, maria, team, client_for):
    case = decide(case_about(bob), maria, Outcome.LIMIT)
    appeal = object_to(case)
    client, page = client_for(team[0]), f"/staff/appeals/{appeal.sanction.uuid}/"
    assert page in client.get("/staff/appeals/").content.decode()
    assert client_for(maria).get(page).status_code == 404

    client.post(page, {"act": "open", "reason": "Appeal"})
    done = client.post(page, {"act": "answer", "outcome": "upheld", "answer": "You are right."})

    assert done.headers["Location"] == "/staff/appeals/"
    assert book(offer, bob).state == "confirmed"
    told = Notification.objects.filter(recipient=bob).values_list("kind", flat=True)
    assert {"case_decided", "appeal_received", "appeal_answered"} <= set(told)
    assert "sanction_lifted" not in told
    shown = markup_of(client_for(bob).get(f"/appeal/{appeal.sanction.uuid}/"))
    assert [one.attributes["data-appeal"] for one in elements_of(shown, "p") if "data-appeal" in one.attributes] == [
        "upheld"
    ]


# What the database refuses


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"until": NOW - DAY}, "sanction_ends_after_it_begins"),
        ({"until": None}, "only_what_is_gone_has_no_end"),
        ({"kind": "removal", "until": None}, "removal_begins_with_a_second_signature"),
        ({"second_by": "decider"}, "removal_begins_with_a_second_signature|nobody_signs_twice"),
        ({"decided_by": "person"}, "nobody_sanctions_themselves|appeal_is_against"),
        ({"lifted_by": "person", "lifted_at": NOW}, "nobody_lifts_their_own_sanction"),
        ({"lifted_at": NOW}, "somebody_lifts_a_sanction"),
        ({"kind": "removal", "until": None, "second_by": "decider"}, "nobody_signs_twice"),
        ({"kind": "removal", "until": None, "second_by": "person"}, "nobody_signs_their_own_removal"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_database_refuses_sanctions(change, constraint, bob, maria, team):
    made = sanction(bob, maria, Outcome.LIMIT)
    people = {"person": bob, "decider": maria}
    values = {name: people.get(value, value) if isinstance(value, str) else value for name, value in change.items()}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Sanction.objects.filter(pk=made.pk).update(**values)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"decided_by": "decider", "decided_at": NOW, "outcome": "upheld", "answer": "x"}, "by_somebody_else"),
        ({"decided_by": "person", "decided_at": NOW, "outcome": "upheld", "answer": "x"}, "by_somebody_else"),
        ({"decided_by": "other", "decided_at": NOW, "outcome": "upheld"}, "with_an_answer"),
        ({"decided_by": "other", "decided_at": NOW, "answer": "x"}, "with_an_answer"),
        ({"words": ""}, "appeal_says_why"),
        ({"against": "other"}, "appeal_is_against_who_decided"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_database_refuses_appeals(change, constraint, bob, maria, team):
    appeal = object_to(decide(case_about(bob), maria, Outcome.LIMIT))
    people = {"person": bob, "decider": maria, "other": team[0]}
    values = {name: people.get(value, value) if isinstance(value, str) else value for name, value in change.items()}

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(**values)


def test_one_appeal_for_each_sanction(bob, maria, team):
    appeal = object_to(decide(case_about(bob), maria, Outcome.LIMIT))

    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(sanction=appeal.sanction, against=maria, by=bob, words="Again", at=NOW, due_at=NOW + WEEK)


# Mails and numbers


@pytest.mark.parametrize("outcome", [Outcome.NOTE, Outcome.LIMIT, Outcome.BREAK, Outcome.SUSPENSION])
def test_mail_says_what_happened_by_which_rule_until_when_and_how_to_object(outcome, bob, maria, team):
    made = sanction(bob, maria, outcome)

    mail = render_decided_email(Notification.objects.get(kind="case_decided"), NOW)

    for text in (mail.text, mail.html):
        words = " ".join(text.split())
        assert f"/appeal/{made.uuid}/" in words
        assert "recruiting" in words
        assert "Rita" not in words
    assert TEXT in " ".join(mail.text.split())


@pytest.mark.parametrize(
    ("outcome", "another", "says_all"),
    [
        (Outcome.LIMIT, None, True),
        (Outcome.LIMIT, Outcome.NOTE, True),
        (Outcome.LIMIT, Outcome.BREAK, False),
        (Outcome.NOTE, None, False),
    ],
)
def test_mail_of_a_decision_that_has_ended_says_what_one_can_do(outcome, another, says_all, bob, maria, team):
    made = sanction(bob, maria, outcome)
    if another:
        sanction(bob, maria, another)
    lift_sanction(sanction=made, by=team[0], now=NOW)

    mail = render_lifted_email(Notification.objects.get(kind="sanction_lifted"), NOW)

    assert ("everything" in mail.text) == says_all


def test_only_the_class_of_the_outcome_is_told_to_reporters(alice, bob, maria, team, client_for):
    report = report_profile(alice, bob)
    decide(report.case, maria, Outcome.SUSPENSION)

    shown = markup_of(client_for(bob).get(f"/reports/{report.uuid}/"))

    assert [one.attributes["data-outcome"] for one in elements_of(shown, "p") if "data-outcome" in one.attributes] == [
        "acted"
    ]
    assert TEXT not in shown


def test_public_page_counts_quarters_and_hides_small_numbers(bob, maria, team, client):
    facts = {"kind": "selling", "state": "decided", "outcome": "nothing", "rule": "selling", "text": "x"}
    for number in range(7):
        opened = at("2026-08-03 10:00") if number < 6 else at("2026-05-04 10:00")
        Case.objects.create(
            about=bob,
            opened_at=opened,
            due_at=opened,
            taken_by=maria,
            taken_at=opened,
            decided_by=maria,
            decided_at=opened + (number + 1) * HOUR,
            **facts,
        )

    User.objects.update(date_joined=at("2025-12-31 10:00"))
    third, second, *_others = list_quarters(now=NOW)

    assert (third.year, third.number, third.decided, third.hours, third.is_shown) == (2026, 3, 6, 4, True)
    assert [str(kind) for kind, _count in third.by_kind] == [ReportKind.SELLING.label]
    assert (second.decided, second.is_shown) == (1, False)
    shown = markup_of(client.get("/trust/"))
    assert quarters_in(shown) == ["2026-3", "2026-2", "2026-1", "2025-4"]


@pytest.mark.parametrize(
    ("began", "quarters"),
    [
        ("2026-06-30 23:00", ["2026-3", "2026-2"]),
        ("2026-07-01 00:00", ["2026-3"]),
        ("2026-11-02 10:00", []),
    ],
)
def test_public_page_counts_no_quarter_before_the_site_began(began, quarters, bob, client):
    User.objects.update(date_joined=at(began))

    assert quarters_in(markup_of(client.get("/trust/"))) == quarters


def quarters_in(page: str) -> list[str]:
    return [row.attributes["data-quarter"] for row in elements_of(page, "tr") if "data-quarter" in row.attributes]


# Races


@pytest.mark.django_db(transaction=True)
def test_sanction_against_booking_leaves_no_session_of_a_suspended_person(offer, bob, maria):
    team = make_team(2)
    people = [make_person(f"b{number}@example.org", f"Booker {number}") for number in range(5)]
    for number, person in enumerate(people):
        case = take_and_read(case_about(person), maria)
        decision = Decision(Outcome.SUSPENSION, Rule.RESPECT, TEXT, NOW + WEEK)
        start = THURSDAY.replace(hour=9 + number)
        race(
            [
                lambda one=person, start=start: book(offer, one, start),
                lambda case=case, decision=decision: decide_case(
                    case=case, decision=decision, by=maria, now=NOW, seen=case.version
                ),
            ]
        )
    run_sanctions(now=NOW)
    assert (len(team), Sanction.objects.count()) == (2, 5)
    assert not Booking.objects.filter(mentee__in=people, state="confirmed").exists()


@pytest.mark.django_db(transaction=True)
def test_sanction_against_accepting_leaves_no_session_either(offer, alice, maria):
    make_team(2)
    offer.instant = False
    offer.save()
    people = [make_person(f"b{number}@example.org", f"Booker {number}") for number in range(5)]
    for number, person in enumerate(people):
        asked = book(offer, person, THURSDAY.replace(hour=9 + number))
        case = take_and_read(case_about(person), maria)
        decision = Decision(Outcome.SUSPENSION, Rule.RESPECT, TEXT, NOW + WEEK)
        race(
            [
                lambda asked=asked: accept_booking(booking=asked, by=alice, now=NOW),
                lambda case=case, decision=decision: decide_case(
                    case=case, decision=decision, by=maria, now=NOW, seen=case.version
                ),
            ]
        )
    run_sanctions(now=NOW)
    assert not Booking.objects.filter(mentee__in=people, state="confirmed").exists()


@pytest.mark.django_db(transaction=True)
def test_two_appeals_at_once_are_one(bob, maria):
    make_team(1)
    case = decide(case_about(bob), maria, Outcome.LIMIT)

    found = race([lambda: object_to(case) for _each in range(4)])

    assert (found["won"], Appeal.objects.count()) == (1, 1)


def test_case_can_be_taken_again_after_a_decision_only_as_a_new_one(bob, maria, team):
    decided = decide(case_about(bob), maria)

    assert code_of(take_case, case=decided, by=team[0], now=NOW) == "decided"
