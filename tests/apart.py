"""Two people who are apart, without a page or an answer that says so."""

from accounts.models import User
from tests.conftest import NOW
from trust.models import Separation, SeparationKind
from trust.separations import part


def keep_apart(one: User, other: User, *, kind: str = SeparationKind.NOT_AGAIN, now=NOW) -> Separation:
    """`one` says so."""
    return part(person=one, other=other, kind=SeparationKind(kind), by=one, now=now)
