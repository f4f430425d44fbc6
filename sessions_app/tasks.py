"""The tasks that the clock starts, one for each act, so that none stops another.

Running one twice, or in two workers at once, does no harm. The time is PostgreSQL's: see `common.clock`.
"""

from celery import shared_task

from common.clock import agreed_now

from . import audit as auditing
from .afterwards import tallies
from .asking import advancing
from .attendance import acts as attendance_acts
from .attendance import confirming, digests, reviews
from .booking import clock, ending, zone_changes
from .conversation import files, scanning
from .impact import outcome_reports
from .models import rooms
from .quiet import acts as quiet_acts
from .waiting import handing_out, taking_back
from .written import acts as written_acts


@shared_task
def expire_overdue() -> int:
    return clock.expire_overdue(now=agreed_now())


@shared_task
def expire_written() -> int:
    return written_acts.expire_written(now=agreed_now())


@shared_task
def settle_silent() -> int:
    return attendance_acts.settle_silent(now=agreed_now())


@shared_task
def ask_to_confirm() -> int:
    return confirming.ask_to_confirm(now=agreed_now())


@shared_task
def free_unconfirmed() -> int:
    return confirming.free_unconfirmed(now=agreed_now())


@shared_task
def consider_numbers() -> int:
    return reviews.consider_numbers(now=agreed_now())


@shared_task
def rest_quiet_mentors() -> int:
    return quiet_acts.rest_quiet_mentors(now=agreed_now())


@shared_task
def end_for_suspended() -> int:
    return ending.end_for_suspended(now=agreed_now())


@shared_task
def complete_ended() -> int:
    return clock.complete_ended(now=agreed_now())


@shared_task
def close_engagements() -> int:
    return clock.close_engagements(now=agreed_now())


@shared_task
def give_time() -> int:
    """Runs by the clock, and whenever time is freed, so that people in line get it before anyone else sees it."""
    return handing_out.hand_out_freed_time(now=agreed_now())


@shared_task
def release_taken_back() -> int:
    """Runs by the clock, and when a mentor of whom a time is held has changed theirs."""
    return taking_back.release_taken_back(now=agreed_now())


@shared_task
def advance_routes() -> int:
    """Runs by the clock, and whenever a mentor who was asked to help, or the person who waits, has decided."""
    return advancing.advance_routes(now=agreed_now())


@shared_task
def note_zone_changes() -> int:
    return len(zone_changes.note_zone_changes(now=agreed_now()))


@shared_task
def audit() -> int:
    return auditing.audit_notices(now=agreed_now())


@shared_task
def tally_records() -> int:
    return tallies.tally_records(now=agreed_now())


@shared_task
def work_out_outcomes() -> int:
    return outcome_reports.work_out_reports(now=agreed_now())


@shared_task
def announce() -> int:
    return digests.announce_disputes(now=agreed_now())


@shared_task
def remove_expired_files() -> int:
    return files.remove_expired_files(now=agreed_now())


@shared_task
def sweep_orphans() -> int:
    return files.sweep_orphans(now=agreed_now())


@shared_task
def scan_files() -> int:
    return scanning.scan_files(now=agreed_now())


@shared_task
def forget_rooms() -> int:
    return rooms.forget_rooms(now=agreed_now())
