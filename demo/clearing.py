"""Deletes the invented people with everything of theirs. What real people did with each other stays."""

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from events.models import Event
from mentors.models import MentorProfile, ProfileDraft
from mentors.moderation.drafts import forget_photo

from .people import DOMAIN

# In the order of the foreign keys. A session of a real person with an invented one is deleted too.
TABLES = (
    "CREATE TEMP TABLE demo_person ON COMMIT DROP AS SELECT id FROM accounts_user WHERE email LIKE %s",
    "CREATE TEMP TABLE demo_profile ON COMMIT DROP AS SELECT id FROM mentors_mentorprofile"
    " WHERE person_id IN (SELECT id FROM demo_person)",
    "CREATE TEMP TABLE demo_booking ON COMMIT DROP AS SELECT id, engagement_id FROM sessions_app_booking"
    " WHERE mentor_id IN (SELECT id FROM demo_person) OR mentee_id IN (SELECT id FROM demo_person)",
    "CREATE TEMP TABLE demo_written ON COMMIT DROP AS SELECT id, engagement_id FROM sessions_app_writtenquestion"
    " WHERE mentor_id IN (SELECT id FROM demo_person) OR mentee_id IN (SELECT id FROM demo_person)",
    "CREATE TEMP TABLE demo_engagement ON COMMIT DROP AS SELECT engagement_id AS id FROM demo_booking"
    " UNION SELECT engagement_id FROM demo_written",
    "CREATE TEMP TABLE demo_brief ON COMMIT DROP AS SELECT brief_id AS id FROM sessions_app_engagement"
    " WHERE id IN (SELECT id FROM demo_engagement)",
    "CREATE TEMP TABLE demo_message ON COMMIT DROP AS SELECT id FROM sessions_app_message"
    " WHERE engagement_id IN (SELECT id FROM demo_engagement)",
    "CREATE TEMP TABLE demo_seat ON COMMIT DROP AS SELECT id FROM sessions_app_readmarker"
    " WHERE engagement_id IN (SELECT id FROM demo_engagement)",
    "CREATE TEMP TABLE demo_case ON COMMIT DROP AS SELECT id FROM trust_case"
    " WHERE about_id IN (SELECT id FROM demo_person)"
    " UNION SELECT case_id FROM trust_report WHERE by_id IN (SELECT id FROM demo_person)",
    "CREATE TEMP TABLE demo_programme ON COMMIT DROP AS SELECT programme_id AS id FROM programmes_manager"
    " WHERE person_id IN (SELECT id FROM demo_person) GROUP BY programme_id",
    "ANALYZE demo_person, demo_profile, demo_booking, demo_engagement, demo_brief",
)
LOGS = (
    "accounts_trace",
    "sessions_app_attendanceact",
    "sessions_app_bookingevent",
    "trust_opening",
    "trust_exhibit",
    "sessions_app_quotedecision",
    "mentors_profiledecision",
)
ROWS = (
    "DELETE FROM notifications_notification WHERE subject_type = 'booking'"
    " AND subject_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM notifications_notification WHERE subject_type = 'action'"
    " AND subject_id IN (SELECT id FROM sessions_app_nextstep WHERE booking_id IN (SELECT id FROM demo_booking))",
    "DELETE FROM notifications_inboxitem WHERE subject_type = 'booking'"
    " AND subject_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM notifications_inboxitem WHERE subject_type = 'action'"
    " AND subject_id IN (SELECT id FROM sessions_app_nextstep WHERE booking_id IN (SELECT id FROM demo_booking))",
    "DELETE FROM sessions_app_nextstep WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_followup WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_quotedecision WHERE feedback_id IN"
    " (SELECT id FROM sessions_app_feedback WHERE booking_id IN (SELECT id FROM demo_booking))",
    "DELETE FROM sessions_app_feedback WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_moretime WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_takeaway WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_route WHERE mentor_id IN (SELECT id FROM demo_person) OR waiting_id IN"
    " (SELECT id FROM sessions_app_waitlistentry WHERE person_id IN (SELECT id FROM demo_person))",
    "DELETE FROM sessions_app_heldtime WHERE booking_id IN (SELECT id FROM demo_booking)"
    " OR person_id IN (SELECT id FROM demo_person)",
    "DELETE FROM sessions_app_waitlistentry WHERE person_id IN (SELECT id FROM demo_person)",
    "DELETE FROM sessions_app_occupancy WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_attendanceact WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_bookingevent WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_confirmation WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_countertime WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_excuse WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_roomsignal WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_roomseat WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM calendars_exportedevent WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_wallchange WHERE booking_id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_booking WHERE id IN (SELECT id FROM demo_booking)",
    "DELETE FROM sessions_app_followup WHERE written_id IN (SELECT id FROM demo_written)",
    "DELETE FROM sessions_app_quotedecision WHERE feedback_id IN"
    " (SELECT id FROM sessions_app_feedback WHERE written_id IN (SELECT id FROM demo_written))",
    "DELETE FROM sessions_app_feedback WHERE written_id IN (SELECT id FROM demo_written)",
    "DELETE FROM notifications_notification WHERE subject_type = 'written'"
    " AND subject_id IN (SELECT id FROM demo_written)",
    "DELETE FROM notifications_inboxitem WHERE subject_type = 'written'"
    " AND subject_id IN (SELECT id FROM demo_written)",
    "DELETE FROM sessions_app_writtenquestion WHERE id IN (SELECT id FROM demo_written)",
    "DELETE FROM notifications_notification WHERE subject_type = 'thread' AND subject_id IN (SELECT id FROM demo_seat)",
    "DELETE FROM notifications_inboxitem WHERE subject_type = 'thread' AND subject_id IN (SELECT id FROM demo_seat)",
    "DELETE FROM trust_appeal WHERE sanction_id IN"
    " (SELECT id FROM trust_sanction WHERE case_id IN (SELECT id FROM demo_case))",
    "DELETE FROM trust_sanction WHERE case_id IN (SELECT id FROM demo_case)",
    "DELETE FROM trust_opening WHERE case_id IN (SELECT id FROM demo_case)",
    "DELETE FROM trust_exhibit WHERE case_id IN (SELECT id FROM demo_case)",
    "DELETE FROM trust_reportaddition WHERE report_id IN"
    " (SELECT id FROM trust_report WHERE case_id IN (SELECT id FROM demo_case))",
    "DELETE FROM trust_report WHERE case_id IN (SELECT id FROM demo_case)",
    "DELETE FROM trust_signalhit WHERE case_id IN (SELECT id FROM demo_case)",
    "DELETE FROM trust_case WHERE id IN (SELECT id FROM demo_case)",
    "DELETE FROM sessions_app_message WHERE id IN (SELECT id FROM demo_message)",
    "DELETE FROM sessions_app_readmarker WHERE id IN (SELECT id FROM demo_seat)",
    "DELETE FROM sessions_app_sharedfile WHERE engagement_id IN (SELECT id FROM demo_engagement)",
    "DELETE FROM sessions_app_engagement WHERE id IN (SELECT id FROM demo_engagement)",
    "DELETE FROM sessions_app_brief WHERE id IN (SELECT id FROM demo_brief)",
    "DELETE FROM accounts_trace WHERE by_id IN (SELECT id FROM demo_person)"
    " OR about_id IN (SELECT id FROM demo_person)",
    "DELETE FROM accounts_staffrole WHERE person_id IN (SELECT id FROM demo_person)"
    " OR given_by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_membership WHERE person_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_invitation WHERE made_by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_rulechange WHERE by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_rosterrow WHERE roster_id IN"
    " (SELECT id FROM programmes_roster WHERE by_id IN (SELECT id FROM demo_person))",
    "DELETE FROM programmes_roster WHERE by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_domainrule WHERE by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_claimrule WHERE by_id IN (SELECT id FROM demo_person)"
    " OR ended_by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_nudge WHERE person_id IN (SELECT id FROM demo_person)"
    " OR programme_id IN (SELECT id FROM demo_programme)",
    "DELETE FROM programmes_announcement WHERE by_id IN (SELECT id FROM demo_person)",
    "DELETE FROM programmes_invitee WHERE programme_id IN (SELECT id FROM demo_programme)",
    "DELETE FROM programmes_look WHERE programme_id IN (SELECT id FROM demo_programme)",
    "DELETE FROM search_figuremail WHERE manager_id IN (SELECT id FROM programmes_manager"
    " WHERE person_id IN (SELECT id FROM demo_person) OR given_by_id IN (SELECT id FROM demo_person))",
    "DELETE FROM programmes_manager WHERE person_id IN (SELECT id FROM demo_person)"
    " OR given_by_id IN (SELECT id FROM demo_person)",
    # One that real people are in, or manage, or booked in, is theirs.
    "DELETE FROM programmes_programme AS programme WHERE id IN (SELECT id FROM demo_programme)"
    " AND NOT EXISTS (SELECT FROM programmes_membership WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_manager WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_invitation WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_rulechange WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_announcement WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_roster WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_domainrule WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM programmes_claimrule WHERE programme_id = programme.id)"
    " AND NOT EXISTS (SELECT FROM sessions_app_booking WHERE programme_id = programme.id)",
    "DELETE FROM mentors_profiledecision WHERE profile_id IN (SELECT id FROM demo_profile)",
)


def is_seeded() -> bool:
    return User.objects.filter(email__endswith=f"@{DOMAIN}").exists()


def photos_of(people: QuerySet[User]) -> set[str]:
    approved = MentorProfile.objects.filter(person__in=people).exclude(photo="").values_list("photo", flat=True)
    drafts = ProfileDraft.objects.filter(profile__person__in=people).exclude(photo="").values_list("photo", flat=True)
    return {*approved, *drafts}


@transaction.atomic
def clear_world() -> int:
    """Delete the invented people, with the triggers off that protect the logs. Returns how many they were."""
    people = User.objects.filter(email__endswith=f"@{DOMAIN}")
    for photo in photos_of(people):
        forget_photo(photo)
    Event.objects.filter(Q(by__in=people) | Q(host__in=people)).delete()
    with connection.cursor() as cursor:
        for statement in TABLES:
            cursor.execute(statement, [f"%@{DOMAIN}"] if "%s" in statement else None)
        # Triggers can't be switched while deferred checks of the table are pending.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in LOGS:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in ROWS:
            cursor.execute(statement)
        for table in LOGS:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return people.delete()[1].get("accounts.User", 0)
