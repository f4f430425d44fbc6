"""The kinds of notices. Apps above register what to say; this module never imports them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Model

from accounts.models import User
from common.mail.headers import Mailbox

from .models import Group, InboxItem, Notification


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Message:
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    from_name: str = ""
    # Who reads an answer, if not those who read CONTACT_EMAIL
    reply_to: Mailbox | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to say any more; `reason` tells why."""

    reason: str


@dataclass(frozen=True, slots=True)
class InboxLine:
    text: str
    url: str


Render = Callable[[Notification, datetime], Message | Nothing]
WriteLines = Callable[[Sequence[InboxItem], User, datetime], Mapping[int, InboxLine]]
FollowPerson = Callable[[User, datetime], None]


class Policy(StrEnum):
    """What to do with a message that may or may not have left: send it once more, or leave it for staff."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice, with all that is done with it.

    `subject_type`: what its rows are about. `model`: whose rows have the present `version` of such subjects; the last
    look before a mail leaves goes there. None where a notice never becomes out of date.
    `render`: makes the mail of a due row, in the recipient's language, from the state of that moment; None: no mail.
    `lines`: writes its lines of an inbox page, all at once, by the items' ids; it leaves out those whose subject is
    gone. None: it isn't shown in the inbox.
    `passing`: the line is a reminder or a request, which vanishes when its subject moves on. Other lines are news.
    `group`: people may switch its mail off together with the others of the group; a kind of no group always comes.
    `capped`: what one person can have sent to another as often as they like, so that it is limited (see `caps`).
    `reaches_closed`: also sent to a person whose account is closed, whom nothing else reaches.
    `follow_preference`: brings what is scheduled already in line with what a person has just chosen.
    `follow_zone`: the same for a person who has another time zone now, where its moments are times of their clock.
    """

    name: str
    subject_type: str
    render: Render | None
    lines: WriteLines | None
    model: type[Model] | None = None
    passing: bool = False
    policy: Policy = Policy.RESEND
    capped: bool = False
    group: Group | None = None
    follow_preference: FollowPerson | None = None
    follow_zone: FollowPerson | None = None
    reaches_closed: bool = False


class UnknownKindError(LookupError):
    pass


_kinds: dict[str, Kind] = {}


def register_kinds(kinds: Sequence[Kind]) -> None:
    """Each package that tells people something has a list `KINDS`; its app registers it when it starts."""
    _kinds.update({kind.name: kind for kind in kinds})


def registered_kinds() -> list[Kind]:
    return list(_kinds.values())


def kind_named(name: str) -> Kind:
    """Raises UnknownKindError."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKindError(name) from None


def capped_kinds() -> list[str]:
    return [kind.name for kind in _kinds.values() if kind.capped]


def policy_of(name: str) -> Policy:
    """Of a kind that nobody knows any more nothing is sent twice."""
    return _kinds[name].policy if name in _kinds else Policy.HOLD


def reaches_closed(name: str) -> bool:
    """Whether it is also sent to a person whose account is closed."""
    return name in _kinds and _kinds[name].reaches_closed


def subject_named(subject_type: str) -> type[Model] | None:
    """The model whose rows have the present version of such subjects."""
    return next((kind.model for kind in _kinds.values() if kind.model and kind.subject_type == subject_type), None)


def groups_in_use() -> set[Group]:
    return {kind.group for kind in _kinds.values() if kind.group}


def preference_followers() -> list[FollowPerson]:
    """Each once, however many kinds have it."""
    return list(dict.fromkeys(kind.follow_preference for kind in _kinds.values() if kind.follow_preference))


def zone_followers() -> list[FollowPerson]:
    return list(dict.fromkeys(kind.follow_zone for kind in _kinds.values() if kind.follow_zone))


NEVER_TOLD = "they were never told of it"
