"""The kinds of notices. Apps above register what to say; this module never imports them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Model

from .models import Group, Notification


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


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is nothing to say any more; `reason` tells why."""

    reason: str


Render = Callable[[Notification, datetime], Message | Nothing]


class Policy(StrEnum):
    """What to do with a message that may or may not have left: send it once more, or leave it for staff."""

    RESEND = "resend"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    render: Render
    policy: Policy
    capped: bool
    group: Group | None = None


class UnknownKindError(LookupError):
    pass


_kinds: dict[str, Kind] = {}
_subjects: dict[str, type[Model]] = {}


def register_kind(
    kind: str,
    *,
    render: Render,
    policy: Policy = Policy.RESEND,
    capped: bool = False,
    group: Group | None = None,
) -> None:
    """Say how a due row of this kind becomes a message.

    `render` gets the row and the present moment, in the recipient's language, and reads the state of that moment.
    `group`: people can switch it off together with others of its group; a kind without a group is always sent.
    `capped`: one person could cause any number of these for another, so there is a limit (see `sending.caps`).
    """
    _kinds[kind] = Kind(kind, render, policy, capped, group)


def kind_named(name: str) -> Kind:
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKindError(name) from None


def capped_kinds() -> list[str]:
    return [kind.name for kind in _kinds.values() if kind.capped]


def policy_of(name: str) -> Policy:
    """What to do when a message of this kind may have left. A kind that is no longer known is never sent twice."""
    return _kinds[name].policy if name in _kinds else Policy.HOLD


def register_subject(subject_type: str, model: type[Model]) -> None:
    """Say which model holds the present `version` of such subjects, for the last check before a message leaves."""
    _subjects[subject_type] = model


def subject_named(subject_type: str) -> type[Model] | None:
    return _subjects.get(subject_type)


def groups_in_use() -> set[Group]:
    return {kind.group for kind in _kinds.values() if kind.group}


NEVER_TOLD = "they were never told of it"
