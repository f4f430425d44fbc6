"""What of this app can be reported, and can show someone whom one doesn't want to meet again."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.known import known
from common.pages.requests import parse_number, parse_uuid
from common.times import utc_text
from sessions_app.afterwards.testimonials import take_down_testimonial
from sessions_app.conversation.files import delete_files
from sessions_app.conversation.reading import messages_around
from sessions_app.models import Booking, Brief, Feedback, Message, SharedFile
from sessions_app.questions.self_harm import QUESTION_SUBJECT
from trust.signals.looking import TextSource
from trust.signals.matching import WrittenText
from trust.subjects import Evidence, Found, Neighbour, Subject

LONGEST_NUMBER = 18


def find_session(key: str, reader: User) -> Found | None:
    uuid = parse_uuid(key)
    booking = Booking.objects.visible_to(reader).with_people().filter(uuid=uuid).first() if uuid else None
    if booking is None:
        return None
    title = _("your session with %(name)s") % {"name": booking.other_person(reader).first_name}
    return Found("session", booking.pk, booking.other_person(reader), reverse("session", args=[key]), title)


def gather_session(pk: int) -> Evidence:
    booking = Booking.objects.with_people().select_related("engagement__brief").get(pk=pk)
    words = {
        "begins": utc_text(booking.start),
        "ends": utc_text(booking.end),
        "state": str(booking.get_state_display()),
        "format": str(booking.get_format_display()),
    }
    return Evidence(words)


def find_message(key: str, reader: User) -> Found | None:
    uuid = parse_uuid(key)
    shown = Message.objects.visible_to(reader).select_related("engagement", "author")
    message = shown.filter(uuid=uuid).first() if uuid else None
    if message is None:
        return None
    title = _("a message from %(name)s") % {"name": message.author.first_name}
    page = f"{reverse('thread', args=[message.engagement.uuid])}#messages"
    return Found("message", message.pk, message.author, page, title)


def gather_message(pk: int) -> Evidence:
    message = Message.objects.get(pk=pk)
    return Evidence({"message": message.body, "sent": utc_text(message.sent_at)})


def read_around_messages(pks: Collection[int]) -> dict[int, list[Neighbour]]:
    return {
        pk: [Neighbour(one.author, one.kept_words, one.sent_at, one.pk == pk) for one in found]
        for pk, found in messages_around(pks).items()
    }


def hide_message(pk: int, is_hidden: bool) -> None:
    Message.objects.filter(pk=pk).update(is_hidden=is_hidden)


def remove_message(pk: int, by: User, now: datetime) -> None:
    Message.objects.filter(pk=pk).update(body="", erased_at=now, is_hidden=False)


def newest_message() -> int:
    return Message.objects.aggregate(newest=Max("pk"))["newest"] or 0


def list_messages_after(pk: int, most: int) -> list[WrittenText]:
    rows = Message.objects.filter(pk__gt=pk, is_file=False).select_related("engagement")
    return [written_text(message) for message in rows.order_by("pk")[:most]]


def list_messages_by(author: int, since: datetime, most: int) -> list[WrittenText]:
    rows = Message.objects.filter(author=author, sent_at__gt=since, is_file=False).select_related("engagement")
    return [written_text(message) for message in rows.order_by("-sent_at")[:most]]


def written_text(message: Message) -> WrittenText:
    engagement = message.engagement
    reader = known(engagement.mentee_id if message.author_id == engagement.mentor_id else engagement.mentor_id)
    return WrittenText(message.pk, message.author_id, reader, message.body, message.sent_at)


def find_no_question(key: str, reader: User) -> Found | None:
    """Nobody reports a question by itself: its mentor reports the session, or a message."""
    return None


def gather_question(pk: int) -> Evidence:
    brief = Brief.objects.get(pk=pk)
    rest = {"situation": brief.situation, "tried": brief.tried, "done when": brief.done_when, **brief.answers}
    words = {"question": brief.question, **{name: str(said) for name, said in rest.items() if said}}
    return Evidence({**words, "asked": utc_text(brief.created_at)})


def newest_question() -> int:
    return Brief.objects.aggregate(newest=Max("pk"))["newest"] or 0


def list_questions_after(pk: int, most: int) -> list[WrittenText]:
    """Those of visitors who haven't signed in yet have no author; they are looked at when one books."""
    asked = Brief.objects.filter(pk__gt=pk, author__isnull=False).order_by("pk")[:most]
    return [
        WrittenText(brief.pk, known(brief.author_id), known(brief.author_id), "\n".join(brief.texts), brief.created_at)
        for brief in asked
    ]


def find_file(key: str, reader: User) -> Found | None:
    uuid = parse_uuid(key)
    shown = SharedFile.objects.visible_to_both(reader).select_related("engagement", "owner")
    file = shown.filter(uuid=uuid).first() if uuid else None
    if file is None:
        return None
    title = _("a file from %(name)s") % {"name": file.owner.first_name}
    page = f"{reverse('thread', args=[file.engagement.uuid])}#messages"
    return Found("file", file.pk, file.owner, page, title)


def gather_file(pk: int) -> Evidence:
    file = SharedFile.objects.get(pk=pk)
    words = {"name": file.name, "kind": str(file.type.label), "shared": utc_text(file.added_at)}
    if not file.is_open_to_others:
        return Evidence(words)
    try:
        with file.content.open("rb") as stored:
            return Evidence(words, stored.read())
    except FileNotFoundError:
        return Evidence(words)


def hide_file(pk: int, is_hidden: bool) -> None:
    SharedFile.objects.filter(pk=pk).update(is_hidden=is_hidden)


def remove_reported_file(pk: int, by: User, now: datetime) -> None:
    delete_files(SharedFile.objects.filter(pk=pk))


def find_words(key: str, reader: User) -> Found | None:
    """A testimonial, which everyone reads on a mentor's page, without its author's name."""
    number = parse_number(key, digits=LONGEST_NUMBER)
    shown = Feedback.objects.exclude(published_at=None).select_related("author", "mentor__mentor_profile")
    feedback = shown.filter(pk=number, mentor__mentor_profile__isnull=False).first() if number else None
    if feedback is None or feedback.mentor is None or not feedback.mentor.mentor_profile.is_seen_by(reader):
        return None
    page = reverse("mentor_detail", args=[feedback.mentor.mentor_profile.slug])
    return Found("words", feedback.pk, feedback.author, page, _("words on this page"))


def gather_words(pk: int) -> Evidence:
    feedback = Feedback.objects.get(pk=pk)
    return Evidence({"words": feedback.left_with, "written": utc_text(feedback.created_at)})


SESSION = Subject(
    "session",
    find_session,
    can_part=True,
    label=gettext_lazy("a session"),
    gather=gather_session,
    has_absences=True,
)
MESSAGE = Subject(
    "message",
    find_message,
    label=gettext_lazy("a message"),
    gather=gather_message,
    around=read_around_messages,
    hide=hide_message,
    remove=remove_message,
)
FILE = Subject(
    "file", find_file, label=gettext_lazy("a file"), gather=gather_file, hide=hide_file, remove=remove_reported_file
)
WORDS = Subject(
    "words",
    find_words,
    label=gettext_lazy("words on a mentor’s page"),
    gather=gather_words,
    remove=take_down_testimonial,
)
QUESTION = Subject(QUESTION_SUBJECT, find_no_question, label=gettext_lazy("a question"), gather=gather_question)
TEXTS = (
    TextSource(MESSAGE.name, newest_message, list_messages_after, list_messages_by),
    TextSource(QUESTION.name, newest_question, list_questions_after),
)
SUBJECTS = (SESSION, MESSAGE, FILE, WORDS, QUESTION)
