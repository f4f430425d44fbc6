"""When each booking of a history is, whose it is, and what became of it: one temporary table, of which all is made."""

from datetime import timedelta

from sessions_app.models import Booking, Brief, Engagement, Message

from .rows import next_id

LATELY = 3000
OPEN_FOR = "interval '14 days'"
AHEAD, USUALLY_AHEAD = timedelta(days=10), 450
YEARS = 5
# One in so many bookings is the first mentor's, or the first mentee's: 1 % and 0.2 % of all. Primes, so that they meet
# everybody.
OF_FIRST_MENTOR, OF_FIRST_MENTEE = 101, 499
# More of the latest, so that the pages of both are full however short the history is.
LATELY_OF_FIRST_MENTOR, LATELY_OF_FIRST_MENTEE = 17, 23
LONG_THREAD = 200
# `told` is the moment of notices. They are kept for half a year, so all of theirs are of that time.
PLAN = """
CREATE TEMPORARY TABLE plan AS
SELECT n, mentor_id, {mentee} + mentee_no AS mentee_id,
    {offer} + mentor_id - {mentor} AS offer_id, starts,
    tstzrange(starts, starts + interval '25 minutes') AS during, state,
    starts - interval '3 days' AS made, least(starts, '{now}') AS said,
    '{now}'::timestamptz - CASE
        WHEN starts > '{now}'::timestamptz - interval '28 days' THEN '{now}'::timestamptz - starts
        ELSE interval '28 days' + ('{now}'::timestamptz - interval '28 days' - starts) * (140.0 / (365 * {years}))
    END AS told
FROM (
    SELECT n, starts,
        CASE WHEN n % of_mentor = 0 THEN {mentor} + 1 ELSE {mentor} + 2 + n * 7919 % ({mentors} - 1) END AS mentor_id,
        CASE
            WHEN n % of_mentor > 0 AND n % of_mentee = 1 THEN 1 ELSE 2 + n * 104729 % ({mentees} - 1)
        END AS mentee_no,
        CASE
            WHEN starts > '{now}' THEN CASE WHEN n % 5 = 0 THEN 'requested' ELSE 'confirmed' END
            WHEN n % 50 < 42 THEN 'completed' WHEN n % 50 < 44 THEN 'mentee_no_show'
            WHEN n % 50 < 45 THEN 'mentor_no_show' WHEN n % 50 < 48 THEN 'cancelled'
            WHEN n % 50 = 48 THEN 'declined' ELSE 'expired'
        END AS state
    FROM (
        SELECT n, CASE WHEN n > {total} - {lately} THEN {of_mentor_lately} ELSE {of_mentor} END AS of_mentor,
            CASE WHEN n > {total} - {lately} THEN {of_mentee_lately} ELSE {of_mentee} END AS of_mentee,
            date_trunc('hour', '{now}'::timestamptz) + CASE
            WHEN n > {total} - {ahead} THEN (n - {total} + {ahead}) * (interval '10 days' / {ahead})
            WHEN n > {total} - {lately} THEN (n - {total} + {ahead}) * (interval '28 days' / ({lately} - {ahead}))
            ELSE (n - {total} + {lately}) * (interval '{years} years' / greatest({total} - {lately}, 1))
                - interval '28 days'
        END AS starts
        FROM generate_series(1::bigint, {total}) AS n
    ) AS dated
) AS chosen
"""


class FirstIds:
    """The ids before the first: booking `n` of the plan is row `booking + n`, and its messages end with `message + 2n`.

    `long`: the number of the booking whose conversation goes on for `more` messages, the newest of the first mentee.
    """

    def __init__(self, bookings: int) -> None:
        self.brief, self.engagement, self.booking = next_id(Brief), next_id(Engagement), next_id(Booking)
        self.message, self.more = next_id(Message), bookings // LONG_THREAD
        self.long = (bookings - 1) // LATELY_OF_FIRST_MENTEE * LATELY_OF_FIRST_MENTEE + 1
        self.last_of_all = self.message + 2 * bookings

    @property
    def newest_message(self) -> str:
        usual = f"{self.message} + 2 * n"
        return f"CASE WHEN n = {self.long} AND {self.more} > 0 THEN {self.last_of_all + self.more} ELSE {usual} END"
