"""Lines of the inbox about questions in writing. They stay true, since a question is settled only once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import InboxItem
from notifications.readers import NoticeReader
from notifications.registry import InboxLine
from sessions_app.models import WrittenQuestion
from sessions_app.questions.contacts import page_of


def written_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    mine = WrittenQuestion.objects.visible_to(reader).with_people()
    known = mine.in_bulk({item.subject_id for item in items})
    return {
        item.pk: written_inbox_line(item.kind, known[item.subject_id], reader, now)
        for item in items
        if item.subject_id in known
    }


def written_inbox_line(kind: str, written: WrittenQuestion, reader: User, now: datetime) -> InboxLine:
    words = {
        "name": written.other_person(reader).first_name,
        "due": NoticeReader(reader, now).when(written.due_at, short=True),
    }
    return InboxLine(written_inbox_sentence(kind, is_mentor=reader.pk == written.mentor_id) % words, page_of(written))


def written_inbox_sentence(kind: str, *, is_mentor: bool) -> str:
    match kind:
        case "written_asked" if is_mentor:
            return _("%(name)s asked you a written question. Answer by %(due)s")
        case "written_asked":
            return _("You asked %(name)s a written question")
        case "written_answered":
            return _("%(name)s answered your question")
        case "written_declined":
            return _("%(name)s can’t answer your question")
        case "written_expired" if is_mentor:
            return _("%(name)s’s question closed without an answer")
        case "written_expired":
            return _("%(name)s didn’t answer in time")
        case "written_withdrawn":
            return _("%(name)s withdrew the question")
        case _:
            return _("%(name)s is waiting for your answer: %(due)s")
