"""Asking another mentor the same question: who was asked already, and which parts of the brief go along.

An address names the earlier engagement by its uuid. It works for its mentee only, so no mentor learns of another one.
"""

from django.db import connection

from accounts.models import User
from common.pages.requests import parse_uuid
from sessions_app.models import Engagement, SharedFile

# An engagement with all that it follows and all that follow it.
ASKED_ALREADY = """
WITH RECURSIVE kin AS (
    SELECT id, continues_id, mentor_id FROM sessions_app_engagement WHERE id = %(engagement)s
    UNION
    SELECT other.id, other.continues_id, other.mentor_id
    FROM sessions_app_engagement AS other
    JOIN kin ON other.id = kin.continues_id OR other.continues_id = kin.id
)
SELECT DISTINCT mentor_id FROM kin
"""


def find_earlier_engagement(person: User | None, text: str) -> Engagement | None:
    """The engagement that an address names; None for anyone but its mentee."""
    if person is None or not (uuid := read_uuid(text)):
        return None
    return Engagement.objects.filter(mentee=person, uuid=uuid).select_related("brief").first()


def read_uuid(text: str) -> str:
    """The uuid in an address, empty if there is none. Anyone can write addresses, so a wrong one is ignored."""
    uuid = parse_uuid(text)
    return str(uuid) if uuid else ""


def asked_already(engagement: Engagement) -> frozenset[int]:
    """The ids of people who were asked this question, in this engagement and those before and after it."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED_ALREADY, {"engagement": engagement.pk})
        return frozenset(row[0] for row in cursor.fetchall())


def carried_files_of(earlier: Engagement | None) -> list[SharedFile]:
    """The files that may go along: those that its mentee shared. Others are not theirs to pass on."""
    return list(earlier.files.to_carry(earlier.mentee_id)) if earlier and earlier.mentee_id else []
