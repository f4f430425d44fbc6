"""One mentor as their page needs them, in one statement: the profile with its person, rules, offers and topics.

QuerySets say the same (`MentorProfile.objects.seen_by`, and those that tests compare with). To compose the four of them
takes longer than all that the database does for the page.
"""

from collections.abc import Sequence
from typing import NamedTuple

from accounts.models import User
from common.statements import ModelColumns, Prepared, RowsBeside, reading_connection
from mentors.models import MentorProfile, Offer, ProfileState
from programmes.audiences import sees_sql

from .models import Schedule

_PROFILE, _PERSON, _SCHEDULE = (
    ModelColumns(MentorProfile, "profile"),
    ModelColumns(User, "person"),
    ModelColumns(Schedule, "schedule"),
)
# In their order, as `Offer` and `Topic` have it
_OFFERS = RowsBeside(
    Offer, "beside.profile_id = profile.id AND beside.is_active", order="position, beside.length, beside.id"
)
MENTOR = Prepared(
    f"""
SELECT {_PROFILE.columns}, {_PERSON.columns}, {_SCHEDULE.columns}, {_OFFERS.sql}, ARRAY(
    SELECT topic.name FROM mentors_topic AS topic
    JOIN mentors_mentorprofile_topics AS theirs ON theirs.topic_id = topic.id
    WHERE theirs.mentorprofile_id = profile.id
    ORDER BY topic.position, topic.name
)
FROM mentors_mentorprofile AS profile
JOIN accounts_user AS person ON person.id = profile.person_id
LEFT JOIN sessions_app_schedule AS schedule ON schedule.profile_id = profile.id
WHERE profile.slug = %(slug)s AND profile.state = '{ProfileState.APPROVED.value}' AND person.is_active
    AND {sees_sql("%(reader)s::bigint", "person.id")}
"""
)


class MentorRows(NamedTuple):
    """`profile` has its person, and its schedule if there is one. `offers`: the active ones; `topics`: their names."""

    profile: MentorProfile
    offers: Sequence[Offer]
    topics: Sequence[str]


def find_mentor(slug: str, *, reader: User | None) -> MentorRows | None:
    """The mentor with this slug, as this reader, or a visitor, sees them; None if they don't."""
    with reading_connection().cursor() as cursor:
        MENTOR.execute(cursor, {"slug": slug, "reader": reader.pk if reader else None})
        row = cursor.fetchone()
    if row is None:
        return None
    profile, row = _PROFILE.read_row(row)
    profile.person, row = _PERSON.read_row(row)
    schedule, (offers, topics) = _SCHEDULE.read_row(row)
    if schedule.pk:
        schedule.profile = profile
    else:
        Schedule.profile.field.remote_field.set_cached_value(profile, None)
    return MentorRows(profile, [_offer_of(profile, offer) for offer in _OFFERS.read(offers)], topics)


def rows_of(profile: MentorProfile) -> MentorRows:
    """The same for a profile that was read already."""
    offers = [_offer_of(profile, offer) for offer in profile.offers.active()]
    return MentorRows(profile, offers, [topic.name for topic in profile.topics.all()])


def _offer_of(profile: MentorProfile, offer: Offer) -> Offer:
    offer.profile = profile
    return offer
