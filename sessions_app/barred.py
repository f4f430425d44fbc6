"""What a decision of our team keeps a person from: asked by every act that books, asks or writes."""

from datetime import datetime

from accounts.models import User
from sessions_app.errors import SessionError
from trust.sanctions import Doing, why_barred


def refuse_barred(person: User, doing: Doing, *, now: datetime) -> None:
    """Raises SessionError `barred`. Call it with the person locked."""
    if refusal := why_barred(person, doing, now=now):
        raise SessionError(refusal.code, refusal.message)
