"""What the search keeps: an index of mentors, and words that people typed without who they are."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.privacy.registry import Step, Table, fact, hidden, not_personal, removed_by_step
from search.models import (
    LONGEST_EXAMPLE,
    LONGEST_WORDS,
    ExampleSource,
    FigureMail,
    MentorIndex,
    MentorWords,
    NotedSearch,
    ProposedExample,
    StoredReader,
    TopicExample,
    UnmetSearch,
    Word,
)
from sessions_app.models import Brief, WaitlistEntry


def forget_typed_words(person: User, now: datetime) -> bool:
    """Who typed a search isn't kept. But the same words stand in what this person asked, and go with it.

    Before the questions are emptied, which lie below.
    """
    for words in questions_of(person):
        plain = " ".join(words.split())
        UnmetSearch.objects.filter(words=plain.lower()[:LONGEST_WORDS]).delete()
        NotedSearch.objects.filter(words=plain).delete()
        ProposedExample.objects.filter(text=plain[:LONGEST_EXAMPLE]).delete()
        TopicExample.objects.filter(text=plain[:LONGEST_EXAMPLE], source=ExampleSource.LEARNT).delete()
    return True


def questions_of(person: User) -> Iterator[str]:
    yield from Brief.objects.filter(author=person).exclude(question="").values_list("question", flat=True).iterator()
    waiting = WaitlistEntry.objects.filter(person=person).exclude(words="")
    yield from waiting.values_list("words", flat=True).iterator()


def programme_of(mail: FigureMail, person: User) -> str:
    return mail.manager.programme.name


NOBODYS = "kept without who typed it; goes with the questions of who asked the same"
INDEX = "made of what mentors say of themselves; gone as soon as they are"
TABLES: tuple[Table | Step, ...] = (
    Step("words that were searched for", forget_typed_words),
    Table(
        MentorIndex,
        {
            **dict.fromkeys(("usual_runs", "open_runs", "any_week", "topics"), not_personal("numbers")),
            "languages": hidden(INDEX),
            "audience": hidden(INDEX),
        },
        people=("person",),
        is_deleted=True,
        why=INDEX,
    ),
    Table(MentorWords, {"words": hidden(INDEX)}, people=("profile__person",), is_deleted=True, why=INDEX),
    Table(Word, {"lexeme": removed_by_step("a word that some profile has", in_copy=False)}, why=INDEX),
    Table(UnmetSearch, {"words": removed_by_step(NOBODYS, in_copy=False)}, why=NOBODYS),
    Table(
        NotedSearch, {"words": removed_by_step(NOBODYS, in_copy=False), "topics": not_personal("numbers")}, why=NOBODYS
    ),
    Table(
        TopicExample,
        {
            "language": not_personal("a code"),
            "text": removed_by_step(NOBODYS, in_copy=False),
            "source": not_personal("one of a few values of ours"),
        },
        why="written by staff, or accepted by them from a search",
    ),
    Table(ProposedExample, {"text": removed_by_step(NOBODYS, in_copy=False)}, why=NOBODYS),
    Table(
        FigureMail,
        {"rhythm": fact()},
        people=("manager__person",),
        part="figure-mails",
        heading=_("Figures of programmes that you get by email"),
        hidden=("version", "unanswered"),
        company=programme_of,
        is_deleted=True,
    ),
    Table(
        StoredReader,
        {
            "content": not_personal("numbers that were learnt from examples"),
            **dict.fromkeys(("digest", "source", "refused"), not_personal("a hash")),
        },
        why="what was learnt from examples",
    ),
)
