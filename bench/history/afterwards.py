"""What belongs to bookings besides: attendance, feedback, messages, answers in writing, the waiting list."""

from datetime import datetime

from accounts.models import Trace, TracedAct
from sessions_app.models import (
    AttendanceAct,
    Brief,
    Certificate,
    Engagement,
    Feedback,
    FollowUp,
    HeldTime,
    Message,
    NextStep,
    QuoteDecision,
    ReadMarker,
    Takeaway,
    WaitlistEntry,
    WrittenQuestion,
)
from trust.models import Case

from .people import Crowd
from .plan import FirstIds
from .rows import continue_ids, insert_rows, next_id


def fill_afterwards(first: FirstIds, now: datetime) -> None:
    """Who came, what they said of it, and what they took away. Staff still have the newest words to read."""
    of_plan = {"booking_id": f"{first.booking} + n"}
    fresh = f"starts > '{now.isoformat()}'::timestamptz - interval '10 days'"
    _fill_attendance(of_plan, fresh, now)
    _fill_feedback(of_plan, fresh, now)
    _fill_steps(of_plan, now)


def _fill_attendance(of_plan: dict[str, str], fresh: str, now: datetime) -> None:
    insert_rows(
        AttendanceAct,
        "plan CROSS JOIN LATERAL (VALUES (mentor_id), (mentee_id)) AS who(person_id) WHERE state = 'completed'",
        now=now,
        **of_plan,
        start="starts",
        person_id="person_id",
        kind="'joined'",
        at="starts",
    )
    absent, contested = "state IN ('mentee_no_show', 'mentor_no_show')", "state = 'mentee_no_show' AND n % 20 = 2"
    missing = {"mentor_id": "mentee_id", "mentee_id": "mentor_id"}
    for kind, who, where, later in (
        ("absent", "mentor_id", absent, 5),
        ("contested", missing["mentor_id"], contested, 60),
        ("held", "mentor_id", f"{contested} AND NOT {fresh}", 600),
    ):
        insert_rows(
            AttendanceAct,
            f"plan WHERE {where}",
            now=now,
            **of_plan,
            start="starts",
            person_id=who,
            kind=f"'{kind}'",
            at=f"starts + interval '{later} minutes'",
        )


def _fill_feedback(of_plan: dict[str, str], fresh: str, now: datetime) -> None:
    # What triggers write, which are off
    copies = {"mentor_id": "mentor_id", "at": "starts", "ended_at": "upper(during)"}
    shown = "n % 10 < 2 AND state = 'completed'"
    insert_rows(
        Feedback,
        "plan WHERE state = 'completed' AND n % 10 < 6",
        now=now,
        **of_plan,
        author_id="mentee_id",
        **copies,
        role="'mentee'",
        resolution="(ARRAY['yes', 'yes', 'partly', 'no'])[1 + n % 4]",
        useful="1 + n % 4",
        listened="3 + n % 2",
        doable="CASE WHEN n % 2 = 0 THEN 3 END",
        again="CASE WHEN n % 97 = 0 THEN 'no' ELSE 'yes' END",
        left_with="CASE WHEN n % 2 = 0 THEN 'I know what to ask for, no ' || n ELSE '' END",
        advice="CASE WHEN n % 3 = 0 THEN 'Let me talk first' ELSE '' END",
        to_staff="CASE WHEN n % 100 = 4 THEN 'The site was slow' ELSE '' END",
        may_publish=f"{shown} AND n % 2 = 0",
        may_publish_question=f"{shown} AND n % 4 = 0",
        published_at=f"CASE WHEN {shown} AND n % 20 = 0 AND NOT {fresh} THEN said + interval '9 days' END",
        declined_at=f"CASE WHEN {shown} AND n % 20 = 10 AND NOT {fresh} THEN said + interval '9 days' END",
        created_at="said + interval '1 hour'",
    )
    insert_rows(
        Feedback,
        "plan WHERE state = 'completed' AND n % 10 BETWEEN 3 AND 7",
        now=now,
        **of_plan,
        author_id="mentor_id",
        **copies,
        role="'mentor'",
        resolution="'yes'",
        prepared="1 + n % 4",
        learned="CASE WHEN n % 3 = 0 THEN 'To wait' ELSE '' END",
        created_at="said + interval '2 hours'",
    )
    insert_rows(
        QuoteDecision,
        "sessions_app_feedback WHERE published_at IS NOT NULL",
        now=now,
        feedback_id="id",
        act="'published'",
        by_id="author_id",
        at="published_at",
    )


def _fill_steps(of_plan: dict[str, str], now: datetime) -> None:
    insert_rows(
        FollowUp,
        "plan WHERE state = 'completed' AND n % 10 IN (0, 5)",
        now=now,
        mentor_id="mentor_id",
        **of_plan,
        step="'14-days'",
        question="'solved'",
        answer="(ARRAY['yes', 'partly', 'no'])[1 + n % 3]",
        answered_at="said + interval '14 days'",
        tell_mentor="n % 2 = 0",
    )
    insert_rows(
        NextStep,
        "plan WHERE state = 'completed' AND n % 10 IN (1, 6)",
        now=now,
        **of_plan,
        person_id="mentee_id",
        situation="'If they say no'",
        response="'I will ask when'",
        due_on="(starts + interval '9 days')::date",
        done_at="CASE WHEN n % 4 > 0 THEN said + interval '9 days' END",
        written_at="said",
    )
    insert_rows(
        Takeaway,
        "plan WHERE state = 'completed' AND n % 10 = 1",
        now=now,
        **of_plan,
        author_id="mentee_id",
        text="'Ask for the level first'",
        written_at="said",
    )


def fill_messages(first: FirstIds, crowd: Crowd, now: datetime) -> None:
    """Two in each conversation, and a long one in the newest of the first mentee."""
    message = {"engagement_id": f"{first.engagement} + n", "key": "turn::text"}
    insert_rows(
        Message,
        "plan, generate_series(1, 2) AS turn ORDER BY n, turn",
        now=now,
        **message,
        id=f"{first.message} + 2 * n - 2 + turn",
        author_id="CASE turn WHEN 1 THEN mentee_id ELSE mentor_id END",
        body="'A few words before we talk'",
        sent_at="least(made + turn * interval '1 hour', said)",
    )
    insert_rows(
        Message,
        f"plan, generate_series(1, {first.more}) AS turn WHERE n = {first.long} ORDER BY turn",
        now=now,
        **message | {"key": "'more ' || turn"},
        id=f"{first.last_of_all} + turn",
        author_id="CASE turn % 2 WHEN 1 THEN mentee_id ELSE mentor_id END",
        body="'And another thing'",
        sent_at="said",
    )
    continue_ids(Message)
    insert_rows(
        ReadMarker,
        "plan CROSS JOIN LATERAL (VALUES (mentor_id), (mentee_id)) AS who(person_id) "
        "LEFT JOIN (SELECT engagement_id, max(id) AS newest FROM sessions_app_message GROUP BY engagement_id) AS said "
        f"ON said.engagement_id = {first.engagement} + n",
        now=now,
        engagement_id=f"{first.engagement} + n",
        person_id="person_id",
        read_to="coalesce(newest, 0)",
        version="2",
    )
    decider = f"CASE WHEN author_id = {crowd.mentor} + 2 THEN {crowd.mentor} + 3 ELSE {crowd.mentor} + 2 END"
    decided = f"'{now.isoformat()}'::timestamptz - interval '10 days'"
    insert_rows(
        Case,
        "(SELECT message.id, message.author_id, message.sent_at FROM sessions_app_message AS message "
        f"WHERE message.id % 1000 = 0 AND sent_at < {decided}) AS reported",
        now=now,
        about_id="author_id",
        kind="'conduct'",
        state="'decided'",
        opened_at="sent_at",
        due_at="sent_at",
        taken_by_id=decider,
        taken_at="sent_at",
        decided_by_id=decider,
        decided_at="sent_at",
        outcome="'nothing'",
        rule="'respect'",
        text="'Nothing wrong'",
        closes_at="sent_at",
    )


def fill_others(first: FirstIds, crowd: Crowd, bookings: int, now: datetime) -> None:
    """Answers in writing (one for twenty sessions), past places on the waiting list, certificates, staff's looks."""
    _fill_written(f"'{now.isoformat()}'::timestamptz", now)
    _fill_waiting(first, crowd, now)
    _fill_records(crowd, bookings, now)


def _fill_written(moment: str, now: datetime) -> None:
    engagement, brief, written = next_id(Engagement), next_id(Brief), next_id(WrittenQuestion)
    asked = "plan WHERE n % 20 = 0"
    people = {"mentee_id": "mentee_id", "mentor_id": "mentor_id"}
    insert_rows(
        Brief,
        asked,
        now=now,
        id=f"{brief} + n",
        author_id="mentee_id",
        question="'In writing, no ' || n",
        created_at="made",
    )
    insert_rows(
        Engagement,
        asked,
        now=now,
        id=f"{engagement} + n",
        **people,
        brief_id=f"{brief} + n",
        created_at="made",
        closed_at="said",
    )
    insert_rows(
        WrittenQuestion,
        asked,
        now=now,
        id=f"{written} + n",
        engagement_id=f"{engagement} + n",
        offer_id="offer_id",
        **people,
        state="'answered'",
        asked_at="made - interval '4 days'",
        due_at="made - interval '2 days'",
        settled_at="made - interval '3 days'",
        settled_by_id="mentor_id",
        mark="'mark-' || n",
    )
    insert_rows(
        Feedback,
        f"{asked} AND n % 40 = 0",
        now=now,
        written_id=f"{written} + n",
        author_id="mentee_id",
        mentor_id="mentor_id",
        at="made - interval '3 days'",
        ended_at="made - interval '3 days'",
        role="'mentee'",
        resolution="'yes'",
        left_with="'It was short and clear'",
        may_publish="n % 80 = 0",
        published_at=f"CASE WHEN n % 80 = 0 AND starts < {moment} - interval '12 days' THEN said END",
        created_at="made",
    )
    continue_ids(Brief, Engagement, WrittenQuestion)


def _fill_waiting(first: FirstIds, crowd: Crowd, now: datetime) -> None:
    waiting = next_id(WaitlistEntry)
    expired = "plan WHERE state = 'expired'"
    insert_rows(
        WaitlistEntry,
        expired,
        now=now,
        id=f"{waiting} + n",
        person_id="mentee_id",
        mentor_id=f"{crowd.profile} - {crowd.mentor} + mentor_id",
        since="made",
        until="said",
        ended_at="said",
        ended="'over'",
    )
    insert_rows(
        HeldTime,
        expired,
        now=now,
        waiting_id=f"{waiting} + n",
        person_id="mentee_id",
        booking_id=f"{first.booking} + n",
        at="made",
        until="said",
        answer="'lapsed'",
    )
    continue_ids(WaitlistEntry)


def _fill_records(crowd: Crowd, bookings: int, now: datetime) -> None:
    insert_rows(
        Certificate,
        f"plan WHERE mentor_id = {crowd.mentor} + 1 AND n BETWEEN {bookings - 1000} AND {bookings - 800}",
        now=now,
        code="substr(md5(n::text), 1, 23)",
        person_id="mentor_id",
        name="'Person ' || n",
        organisation="'History'",
        first_day="starts::date",
        last_day="starts::date",
        sessions="1",
        minutes="25",
        issued_at="said",
    )
    insert_rows(
        Trace,
        "plan WHERE n % 50 = 0",
        now=now,
        by_id=f"{crowd.mentor} + 2",
        about_id="mentee_id",
        act=f"'{TracedAct.PERSON}'",
        at="said",
    )
