"""Every act on bookings. Each is atomic, takes its locks first, checks, writes, writes its notices, returns."""

from .answering import accept_booking, decline_booking, extend_request, withdraw_booking
from .attendance import answer_absent, join_call, run_late, say_absent, settle_silent, take_back_absent
from .booking import BriefInput, book_session, claim_hold, hold_slot
from .changing import cancel_booking, edit_question, move_booking, release_hold
from .clockwork import close_engagements, complete_ended, expire_overdue
from .contesting import contest_missed, decide_attendance, explain_missed
from .extending import agree_more_time, ask_more_time
from .feedback import give_feedback
from .followups import StepInput, answer_follow_up, drop_step, write_step
from .freeing import give_freed_time
from .takeaways import write_takeaway
from .waiting import decline_time, leave_line, take_time, wait_for_help, wait_for_mentor
from .words import decline_words, publish_words, withdraw_words

__all__ = [
    "BriefInput",
    "StepInput",
    "accept_booking",
    "agree_more_time",
    "answer_absent",
    "answer_follow_up",
    "ask_more_time",
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
    "drop_step",
    "edit_question",
    "expire_overdue",
    "explain_missed",
    "extend_request",
    "give_feedback",
    "give_freed_time",
    "hold_slot",
    "join_call",
    "leave_line",
    "move_booking",
    "publish_words",
    "release_hold",
    "run_late",
    "say_absent",
    "settle_silent",
    "take_back_absent",
    "take_time",
    "wait_for_help",
    "wait_for_mentor",
    "withdraw_booking",
    "withdraw_words",
    "write_step",
    "write_takeaway",
]
