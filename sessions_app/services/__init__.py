"""Every act on bookings. Each is atomic, takes its locks first, checks, writes, writes its notices, returns."""

from .answering import accept_booking, decline_booking, extend_request, withdraw_booking
from .attendance import answer_absent, join_call, run_late, say_absent, settle_silent, take_back_absent
from .booking import BriefInput, book_session, claim_hold, hold_slot
from .certificates import issue_certificate, withdraw_certificate
from .changing import cancel_booking, edit_brief, move_booking, release_hold
from .clockwork import close_engagements, complete_ended, expire_overdue
from .contesting import contest_missed, decide_attendance, explain_missed
from .extending import agree_more_time, ask_more_time
from .feedback import give_feedback, give_written_feedback
from .files import add_file, remove_expired_files, remove_file, sweep_orphans
from .followups import StepInput, answer_follow_up, drop_step, write_step
from .freeing import give_freed_time
from .guarding import try_stuck_again
from .reports import open_report, report_message, settle_report
from .series import book_further
from .takeaways import write_takeaway
from .threads import mark_read, send_message
from .waiting import decline_time, leave_line, take_time, wait_for_help, wait_for_mentor
from .words import decline_words, publish_words, withdraw_words
from .written import (
    ask_in_writing,
    decline_written,
    expire_written,
    withdraw_written,
)
from .zone_changes import note_zone_changes

__all__ = [
    "BriefInput",
    "StepInput",
    "accept_booking",
    "add_file",
    "agree_more_time",
    "answer_absent",
    "answer_follow_up",
    "ask_in_writing",
    "ask_more_time",
    "book_further",
    "book_session",
    "cancel_booking",
    "claim_hold",
    "close_engagements",
    "complete_ended",
    "contest_missed",
    "decide_attendance",
    "decline_booking",
    "decline_time",
    "decline_words",
    "decline_written",
    "drop_step",
    "edit_brief",
    "expire_overdue",
    "expire_written",
    "explain_missed",
    "extend_request",
    "give_feedback",
    "give_freed_time",
    "give_written_feedback",
    "hold_slot",
    "issue_certificate",
    "join_call",
    "leave_line",
    "mark_read",
    "move_booking",
    "note_zone_changes",
    "open_report",
    "publish_words",
    "release_hold",
    "remove_expired_files",
    "remove_file",
    "report_message",
    "run_late",
    "say_absent",
    "send_message",
    "settle_report",
    "settle_silent",
    "sweep_orphans",
    "take_back_absent",
    "take_time",
    "try_stuck_again",
    "wait_for_help",
    "wait_for_mentor",
    "withdraw_booking",
    "withdraw_certificate",
    "withdraw_words",
    "withdraw_written",
    "write_step",
    "write_takeaway",
]
