"""What waits for staff: each queue's count and age, in one statement that no long history makes slower."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from about.models import TextKind
from about.texts import publish_text, version_mark
from accounts.rules.roles import StaffRoleName
from mentors.models import MentorProfile, ProfileDraft, ProfileState, Topic
from notifications.models import Notification, State
from search.models import ProposedExample, UnmetSearch
from sessions_app.attendance.disputes import contest_missed
from sessions_app.models import Booking, BookingState, Feedback, LedgerReview, StuckRow
from staff.queues import LABELS, MOST_COUNTED, list_queues
from tests.conftest import NOW, at, make_mentor, make_person, make_staff
from tests.markup import elements_of, markup_of, parts_in
from tests.sessions_app.conftest import THURSDAY
from tests.trust.cases import decide, make_team, report_message
from trust.models import Outcome, Report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

LATER = at("2026-12-10 12:00")


def counts(reader, now=NOW) -> dict[str, int]:
    return {queue.key: queue.count for queue in list_queues(reader, now=now) if queue.count}


def oldest(reader, key: str, now=NOW):
    [queue] = [queue for queue in list_queues(reader, now=now) if queue.key == key]
    return queue.oldest


def fail_mail(person, *, ago: timedelta, state: str = State.DEAD) -> None:
    Notification.objects.create(
        dedupe_key=f"{state} {ago}",
        kind="booked",
        recipient=person,
        subject_type="booking",
        subject_id=1,
        due_at=NOW - ago,
        send_before=NOW,
        next_try_at=NOW,
        state=state,
        message_id="<a@b>",
        date=NOW,
        ended_at=NOW - ago,
    )


def test_all_queues_are_there_when_nothing_waits(maria):
    queues = list_queues(maria, now=NOW)

    assert {queue.key for queue in queues} == set(LABELS)
    assert {(queue.count, queue.oldest, queue.is_longer) for queue in queues} == {(0, None, False)}


@pytest.mark.parametrize("state", [ProfileState.SUBMITTED, ProfileState.APPROVED])
def test_profiles_that_were_sent_wait_since_then(alice, maria, state):
    sent = NOW - timedelta(days=2)
    ProfileDraft.objects.update(submitted_at=sent)
    alice.mentor_profile.__class__.objects.update(state=state)

    assert counts(maria) == {"staff_profiles": 1}
    assert oldest(maria, "staff_profiles") == sent


def test_a_case_waits_until_it_is_decided_and_not_for_those_it_is_about(booking, alice, bob, maria):
    case = report_message(booking, bob).case
    make_staff(alice)

    assert (counts(maria), counts(alice)) == ({"staff_cases": 1}, {})
    decide(case, maria)
    assert counts(maria) == {}


def test_a_removal_waits_for_owners_who_may_sign_it(booking, bob, maria, client_for):
    owner, moderator = make_team()
    make_staff(moderator, StaffRoleName.MODERATOR)
    reporter = make_person("rita@example.org", "Rita Reporter", is_staff=True)
    case = report_message(booking, bob).case
    Report.objects.create(
        subject_type="session", subject_id=1, about=case.about, by=reporter, kind="other", case=case, at=NOW
    )
    decide(case, maria, Outcome.REMOVAL)

    waits = [counts(reader).get("staff_appeals", 0) for reader in (owner, maria, moderator, reporter)]
    pages = [
        client_for(reader).get("/staff/appeals/").content.decode() for reader in (owner, maria, moderator, reporter)
    ]

    assert waits == [page.count("data-sign") for page in pages] == [1, 0, 0, 0]
    assert oldest(owner, "staff_appeals") == NOW


def test_a_number_to_look_at_waits_for_others_than_its_person(alice, maria):
    for person in (alice, maria):
        LedgerReview.objects.create(person=person, side="mentor", number=3.3, opened_at=NOW)

    assert counts(maria) == {"staff_ledgers": 1}


def test_feedback_waits_once_it_can_be_read_and_is_offered(over, bob, maria):
    given = {"booking": over, "author": bob, "role": "mentee", "resolution": "yes", "created_at": over.end}
    said = Feedback.objects.create(left_with="Ask for the level", may_publish=True, **given)

    assert counts(maria, now=over.end + timedelta(days=6)) == {}
    assert counts(maria, now=LATER) == {"staff_words": 1}
    assert oldest(maria, "staff_words", now=LATER) == over.end
    Feedback.objects.filter(pk=said.pk).update(declined_at=LATER)
    assert counts(maria, now=LATER) == {}


def test_a_dispute_about_who_came_waits_since_the_session(missed, bob, maria):
    contest_missed(booking=missed, by=bob, words="I was there.", now=THURSDAY + timedelta(hours=1))

    now = THURSDAY + timedelta(hours=2)
    assert counts(maria, now=now) == {"staff_attendance": 1}
    assert oldest(maria, "staff_attendance", now=now) == missed.end


def test_a_dispute_about_a_session_that_was_cancelled_waits_for_nobody(missed, bob, maria):
    now = THURSDAY + timedelta(hours=2)
    contest_missed(booking=missed, by=bob, words="I was there.", now=THURSDAY + timedelta(hours=1))
    Booking.objects.filter(pk=missed.pk).update(state=BookingState.CANCELLED)

    assert counts(maria, now=now) == {}


def test_mails_that_failed_wait_for_a_week(bob, maria):
    fail_mail(bob, ago=timedelta(days=8))
    fail_mail(bob, ago=timedelta(days=6))
    fail_mail(bob, ago=timedelta(days=1), state=State.EXPIRED)
    fail_mail(bob, ago=timedelta(days=2), state=State.OBSOLETE)

    assert counts(maria) == {"staff_deliveries": 2}
    assert oldest(maria, "staff_deliveries") == NOW - timedelta(days=6)


def test_stuck_work_proposals_and_unmet_searches_wait(topic, maria):
    StuckRow.objects.create(act="complete", row=1, error="x", first_at=NOW - timedelta(hours=3))
    for dismissed in (False, True):
        ProposedExample.objects.create(topic=topic, text=f"{dismissed}", day=NOW.date(), is_dismissed=dismissed)
    for days in (0, 3, 40):
        UnmetSearch.objects.create(words="tax", day=(NOW - timedelta(days=days)).date())
    UnmetSearch.objects.create(words="law", day=NOW.date())

    assert counts(maria) == {"staff_clock": 1, "staff_reading": 1, "staff_unmet": 2}
    assert oldest(maria, "staff_unmet") == at("2026-11-21 00:00")


def test_what_is_counted_by_day_says_the_day_and_no_hours(topic, maria, client_for):
    StuckRow.objects.create(act="complete", row=1, error="x", first_at=NOW - timedelta(hours=3))
    UnmetSearch.objects.create(words="law", day=NOW.date())
    ProposedExample.objects.create(topic=topic, text="law", day=NOW.date() - timedelta(days=1))

    page = markup_of(client_for(maria).get("/staff/"))

    oldest_of_each = [cell.text for cell in elements_of(page, "td", class_="nowrap")]
    assert oldest_of_each == ["23 Nov", "24 Nov", "3 hours ago"]


def test_a_long_queue_is_counted_no_further(maria):
    StuckRow.objects.bulk_create(StuckRow(act="complete", row=row, error="x") for row in range(MOST_COUNTED + 20))

    [queue] = [queue for queue in list_queues(maria, now=NOW) if queue.key == "staff_clock"]

    assert (queue.count, queue.is_longer) == (MOST_COUNTED + 1, True)


def test_the_longest_wait_comes_first_and_what_is_done_stands_apart(topic, maria, client_for):
    StuckRow.objects.create(act="complete", row=1, error="x", first_at=NOW - timedelta(hours=3))
    UnmetSearch.objects.create(words="law", day=NOW.date() - timedelta(days=1))

    page = markup_of(client_for(maria).get("/staff/"))

    rows = [row.attributes for row in elements_of(page, "tr") if "data-queue" in row.attributes]
    assert [(row["data-queue"], row["data-count"]) for row in rows] == [("staff_unmet", "1"), ("staff_clock", "1")]
    done = [item.attributes for item in elements_of(page, "li") if "data-queue" in item.attributes]
    assert {item["data-queue"] for item in done} == LABELS.keys() - {"staff_unmet", "staff_clock"}
    assert {item["data-count"] for item in done} == {"0"}


def test_the_home_of_staff_takes_few_statements_however_much_waits(booking, maria, client_for, topic):
    """One for all queues, three for the week, one for the next profile, two for rights; five that every page takes."""
    client = client_for(maria)
    with CaptureQueriesContext(connection) as empty:
        client.get("/staff/")
    for number in range(5):
        Topic.objects.create(name=f"T{number}", slug=f"t{number}", parent=topic.parent)
        StuckRow.objects.create(act="complete", row=number, error="x")
        UnmetSearch.objects.create(words=f"law {number}", day=NOW.date())
    with CaptureQueriesContext(connection) as full:
        client.get("/staff/")

    assert len(full) == len(empty) <= 12


HISTORY = """
SET LOCAL session_replication_role = replica;
INSERT INTO notifications_notification (dedupe_key, kind, recipient_id, subject_type, subject_id, subject_version,
    created_at, due_at, send_before, next_try_at, state, reason, attempts, refusals, message_id, date, last_error,
    ended_at, sent_at)
SELECT n, 'booked', %(person)s, 'booking', n, 0, %(now)s, %(now)s, %(now)s, %(now)s,
    CASE WHEN n %% 2000 = 0 THEN 'dead' ELSE 'sent' END, '', 1, 0, '', %(now)s, '',
    %(now)s - n * interval '1 second', CASE WHEN n %% 2000 = 0 THEN NULL ELSE %(now)s END
FROM generate_series(1, 40000) AS n;
INSERT INTO trust_case (uuid, about_id, topic, kind, state, opened_at, due_at, taken_by_id, taken_at, decided_by_id,
    decided_at, outcome, rule, text, closes_at, version)
SELECT gen_random_uuid(), n + 1000000, '', 'other', 'decided', %(now)s, %(now)s, %(person)s, %(now)s, %(person)s,
    %(now)s, 'nothing', 'other', 'x', %(now)s, 1 FROM generate_series(1, 20000) n;
INSERT INTO sessions_app_feedback (author_id, booking_id, role, resolution, overall, again, left_with, may_publish,
    advice, to_staff, learned, published_at, created_at, updated_at)
SELECT %(person)s, n, 'mentee', 'yes', '', '', 'words', true, '', '', '', %(now)s, %(now)s, %(now)s
FROM generate_series(1, 20000) n;
INSERT INTO search_unmetsearch (words, day, count)
SELECT 'word ' || n, date '2026-01-01' + n / 1000, 1 FROM generate_series(1, 30000) n;
INSERT INTO search_proposedexample (topic_id, text, day, count, is_dismissed)
SELECT 1, 'word ' || n, date '2026-11-01', 1, true FROM generate_series(1, 20000) n;
"""
BIG = ("notifications_notification", "trust_case", "sessions_app_feedback", "search_unmetsearch",
       "search_proposedexample")  # fmt: skip
BIG_INDEXES = {"feedback_to_review", "proposal_waiting", "case_due", "unmet_day"}
# Both have only rows that ended badly. Which one is taken depends on what tests before have left in them.
INDEXES_OF_TROUBLE = {"notification_ended", "notification_trouble"}


def test_no_queue_reads_a_whole_table(maria):
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, {"person": maria.pk, "now": NOW})
        for table in BIG:
            cursor.execute(f"ANALYZE {table}")
    with CaptureQueriesContext(connection) as asked:
        list_queues(maria, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert len(asked) == 1
    assert set(re.findall(r"Seq Scan on (\w+)", plan)) & set(BIG) == set()
    scanned = set(re.findall(r"Scan (?:using|on) (\w+)", plan))
    assert scanned >= BIG_INDEXES, plan
    assert scanned & INDEXES_OF_TROUBLE, plan


def steps_in(page: str) -> dict[str, bool]:
    """The first steps that a page names, and whether each is marked as taken."""
    steps = [one.attributes for one in elements_of(page, "li") if "data-step" in one.attributes]
    return {step["data-step"]: step.get("class") == "done" for step in steps}


def test_owners_of_a_new_site_are_told_what_comes_first_until_a_mentor_can_be_found(maria, bob, charlie, client_for):
    make_staff(bob, StaffRoleName.MODERATOR)
    owner, moderator = client_for(maria), client_for(bob)
    steps = ("topics", "texts", "roles", "mentors", "review")
    assert steps_in(markup_of(owner.get("/staff/"))) == {step: step == "roles" for step in steps}
    assert steps_in(markup_of(moderator.get("/staff/"))) == {}

    # Hidden, it is none that a mentor could choose.
    Topic.objects.create(name="Old", slug="old", is_active=False)
    assert "no-topics" in parts_in(markup_of(owner.get("/staff/")))
    Topic.objects.create(name="Law", slug="law")
    for kind in (TextKind.TERMS, TextKind.PRIVACY):
        publish_text(kind=kind, body="Be kind.", by=maria, now=NOW, seen=version_mark(None))
    profile = make_mentor(charlie)
    MentorProfile.objects.filter(pk=profile.pk).update(state=ProfileState.SUBMITTED)
    assert steps_in(markup_of(owner.get("/staff/"))) == {step: step != "review" for step in steps}

    MentorProfile.objects.filter(pk=profile.pk).update(state=ProfileState.APPROVED)
    assert steps_in(markup_of(owner.get("/staff/"))) == {}
