"""Every act on bookings. Each is atomic, takes its locks first, checks, writes, writes its notices, returns."""

from .answering import accept_booking, decline_booking, extend_request, withdraw_booking
from .booking import BriefInput, book_session, claim_hold, hold_slot
from .changing import cancel_booking, edit_brief, move_booking, release_hold
from .clockwork import close_engagements, complete_ended, expire_overdue
from .feedback import give_feedback
from .files import add_file, remove_expired_files, remove_file, sweep_orphans
from .followups import StepInput, answer_follow_up, drop_step, write_step
from .reports import open_report, report_message, settle_report
from .threads import mark_read, send_message
from .words import decline_words, publish_words, withdraw_words

__all__ = [
    "BriefInput",
    "StepInput",
    "accept_booking",
    "add_file",
    "answer_follow_up",
    "book_session",
    "cancel_booking",
    "claim_hold",
    "close_engagements",
    "complete_ended",
    "decline_booking",
    "decline_words",
    "drop_step",
    "edit_brief",
    "expire_overdue",
    "extend_request",
    "give_feedback",
    "hold_slot",
    "mark_read",
    "move_booking",
    "open_report",
    "publish_words",
    "release_hold",
    "remove_expired_files",
    "remove_file",
    "report_message",
    "send_message",
    "settle_report",
    "sweep_orphans",
    "withdraw_booking",
    "withdraw_words",
    "write_step",
]
