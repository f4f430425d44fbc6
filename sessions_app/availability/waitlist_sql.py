"""Whether somebody stands in line for a mentor's time, as part of a larger statement."""

from sessions_app.models.waiting import HeldTimeAnswer

# Of `profile`, for time that came free at {since}. `Waiting.objects.askable` says the same, but for the words: whether
# the mentor can help with them, only a search can tell, so whoever waits for help waits for everybody.
WAITLIST_EXISTS = f"""EXISTS (
    SELECT FROM sessions_app_waitlistentry AS waiting
    WHERE waiting.ended_at IS NULL AND waiting.until > %(now)s AND waiting.since <= {{since}}
        AND (waiting.mentor_id = profile.id OR waiting.mentor_id IS NULL)
        AND waiting.person_id <> profile.person_id
        AND NOT EXISTS (
            SELECT FROM sessions_app_heldtime AS held
            WHERE held.person_id = waiting.person_id AND held.answer = '{HeldTimeAnswer.OPEN.value}'
        )
)"""
