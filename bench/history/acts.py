"""Every act of the clock, as `CELERY_BEAT_SCHEDULE` starts it, at a moment of ours."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from accounts.access import idempotency, throttling
from mentors.moderation.digests import announce_queue
from notifications.models import StateCount
from notifications.outbox import claim_notification
from notifications.pruning import delete_outdated_rows
from notifications.sending.reaper import reap_leases
from notifications.webhooks.delivery import drain_deliveries
from programmes.words.announcing import send_announcements
from search import indexing, unmet
from search.figures import rounds
from search.reading.learning import forget_old_proposals
from search.reading.noted import forget_noted
from search.reminders.sweep import send_reminders
from sessions_app.afterwards.tallies import tally_records
from sessions_app.attendance.acts import settle_silent
from sessions_app.attendance.digests import announce_disputes
from sessions_app.audit import audit_notices
from sessions_app.booking.clock import close_engagements, complete_ended, expire_overdue
from sessions_app.booking.zone_changes import note_zone_changes
from sessions_app.conversation.files import remove_expired_files
from sessions_app.impact.outcome_reports import work_out_reports
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.written.acts import expire_written

Act = Callable[[], object]


def list_acts(now: datetime) -> Mapping[str, Act]:
    timed: Mapping[str, Callable[..., object]] = {
        "expire holds and requests": expire_overdue,
        "expire questions in writing": expire_written,
        "record missed sessions": settle_silent,
        "finish sessions": complete_ended,
        "close conversations": close_engagements,
        "give freed time": hand_out_freed_time,
        "note changes of time zones": note_zone_changes,
        "write forgotten notifications": audit_notices,
        "work out the figures of outcomes": work_out_reports,
        "count what is long past": tally_records,
        "tell staff who disagrees": announce_disputes,
        "tell staff what waits": announce_queue,
        "remove old files": remove_expired_files,
        "forget old notifications": delete_outdated_rows,
        "forget how often programs asked": throttling.forget_counts,
        "forget what programs were answered": idempotency.forget_answers,
        "look again at free times": indexing.refresh_stale_rows,
        "forget old searches": unmet.forget_old,
        "forget old proposals": forget_old_proposals,
        "forget noted searches": forget_noted,
        "mail figures of programmes": rounds.schedule_mails,
        "send announcements of programmes": send_announcements,
        "send reminders of programmes": send_reminders,
    }
    acts: dict[str, Act] = {name: partial(act, now=now) for name, act in timed.items()}
    return acts | {
        "add up how many there are": StateCount.objects.fold,
        "claim a mail": partial(claim_notification, now),
        "take rows back from lost workers": partial(reap_leases, now),
        "send events": partial(drain_deliveries, now),
        "count the words of the search": indexing.count_words,
        "add what the search lacks": indexing.add_missing_rows,
    }
