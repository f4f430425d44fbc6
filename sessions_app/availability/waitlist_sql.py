"""Whether anybody waits for a mentor's time, as part of larger statements."""

from sessions_app.models.waiting import HeldTimeAnswer

# For the mentor `profile` and time that came free at {since}. `WaitlistEntry.objects.askable` has the same conditions.
# Whether the mentor can help with a question only a search can tell, so people who wait for help count for every
# mentor.
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
