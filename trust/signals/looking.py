"""Signals: rules look at new texts once, and what they find opens or joins a case, which people decide.

Nothing else follows: no one is told, nothing is hidden. Words of self-harm alone are told at once to those on call, and
their author sees where to find help. All of it only where `SIGNALS` is on. Apps above enter the texts they keep.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from trust.evidence import keep_exhibit
from trust.models import CaseState, LooksFor, ReportKind, SignalHit, SignalMark, SignalRule
from trust.models.cases import SIGNAL
from trust.notices import tell_on_call
from trust.reports import join_case
from trust.subjects import Found, subject_named

from .matching import (
    BURST_WITHIN,
    SAME_TEXT_WITHIN,
    WrittenText,
    goes_to_many,
    holds_phrase,
    is_in_burst,
)
from .records import rest_wrong_rules

# Rows take their ids before they are committed: a text is looked at when everything with a lower id is there.
COMMITTED_AFTER = timedelta(minutes=5)
BATCH = 200
# Of what one person wrote within a day
MOST_EARLIER = 2000
# Rules that find the same act in each of its messages: once in this time is enough
SPANS = {LooksFor.SAME_TEXT: SAME_TEXT_WITHIN, LooksFor.BURST: BURST_WITHIN}


@dataclass(frozen=True, slots=True)
class TextSource:
    """Texts of one kind, by the name of their subject. `list_after`: those with a higher id, the lowest first.

    `list_by`: what a person wrote since a moment, the newest first; without it, only words of self-harm are looked for.
    `newest`: the highest id, 0 if there is none.
    """

    subject: str
    newest: Callable[[], int]
    list_after: Callable[[int, int], list[WrittenText]]
    list_by: Callable[[int, datetime, int], list[WrittenText]] | None = None


sources: dict[str, TextSource] = {}
# The app that reads questions knows words of self-harm in several languages.
self_harm_readers: list[Callable[[str], bool]] = []


def register_sources(*entered: TextSource) -> None:
    sources.update({source.subject: source for source in entered})


def speaks_of_self_harm(text: str) -> bool:
    """Always False where signals are off."""
    return settings.SIGNALS and any(reads(text) for reads in self_harm_readers)


def look_for_signals(*, now: datetime) -> int:
    """Look at everything that is new, in batches that are committed one by one. Returns how many signals were found.

    A run that was killed goes on where its last batch ended. Running it twice at once does no harm: the second waits
    for the first's batch, and looks at what follows. What was written while signals are off is never looked at.
    """
    if not settings.SIGNALS:
        SignalMark.objects.all().delete()
        return 0
    rest_wrong_rules(now=now)
    return sum(_look_at_source(source, now=now) for source in list(sources.values()))


def _look_at_source(source: TextSource, *, now: datetime) -> int:
    found = 0
    while (more := look_at_batch(source, now=now)) is not None:
        found += more
    return found


@transaction.atomic
def look_at_batch(source: TextSource, *, now: datetime) -> int | None:
    """Returns how many signals were found, None if nothing is left to look at."""
    new = SignalMark(source=source.subject, read_to=source.newest())
    SignalMark.objects.bulk_create([new], ignore_conflicts=True)
    mark = SignalMark.objects.select_for_update().get(source=source.subject)
    texts = []
    for text in source.list_after(mark.read_to, BATCH):
        if text.at > now - COMMITTED_AFTER:
            break
        texts.append(text)
    if not texts:
        return None
    rules = list(SignalRule.objects.filter(is_on=True))
    found = [(rule, text) for text in texts for rule in rules if _finds(rule, text, source)]
    User.objects.lock_rows(*{text.author for _rule, text in found})
    count = sum(_note_signal(rule, source.subject, text.pk, text.author, text.at, now=now) for rule, text in found)
    mark.read_to = texts[-1].pk
    mark.save(update_fields=["read_to"])
    return count


def _finds(rule: SignalRule, text: WrittenText, source: TextSource) -> bool:
    if rule.looks_for == LooksFor.SELF_HARM:
        return speaks_of_self_harm(text.words)
    if source.list_by is None:
        return False
    match rule.looks_for:
        case LooksFor.WORDS:
            return holds_phrase(text.words, rule.phrases)
        case LooksFor.SAME_TEXT:
            return goes_to_many(text, source.list_by(text.author, text.at - SAME_TEXT_WITHIN, MOST_EARLIER))
        case _:
            return is_in_burst(text, source.list_by(text.author, text.at - BURST_WITHIN, MOST_EARLIER))


def _note_signal(rule: SignalRule, subject_type: str, pk: int, author: int, at: datetime, *, now: datetime) -> bool:
    """Open or join a case about the author, whose row is locked. Returns whether this is new."""
    subject = subject_named(subject_type)
    person = User.objects.get(pk=author)
    same = Q(subject_type=subject_type, subject_id=pk)
    if span := SPANS.get(LooksFor(rule.looks_for)):
        same |= Q(case__about=person, at__gt=at - span)
    if subject is None or rule.hits.filter(same).exists():
        return False
    is_urgent = rule.looks_for == LooksFor.SELF_HARM
    found = Found(subject_type, pk, person, "", "")
    case = join_case(found, SIGNAL, now=now, urgency=ReportKind.SAFETY if is_urgent else "")
    keep_exhibit(case, subject, pk, now=now)
    SignalHit.objects.create(rule=rule, case=case, subject_type=subject_type, subject_id=pk, at=now)
    if is_urgent and case.state == CaseState.OPEN:
        tell_on_call(case, now=now)
    return True


def watch_for_self_harm(subject_type: str, pk: int, author: User, words: Iterable[str], *, now: datetime) -> None:
    """Tell those on call of texts that were just written, if one of them speaks of self-harm."""
    if any(map(speaks_of_self_harm, words)):
        tell_of_self_harm(subject_type, pk, author, now=now)


def tell_of_self_harm(subject_type: str, pk: int, author: User, *, now: datetime) -> None:
    """Tell those on call of a text that was just written, once it is committed.

    If the process ends before that, the hourly run finds it.
    """
    transaction.on_commit(partial(_tell_of_self_harm, subject_type, pk, author.pk, now), robust=True)


@transaction.atomic
def _tell_of_self_harm(subject_type: str, pk: int, author: int, now: datetime) -> None:
    rule = SignalRule.objects.filter(looks_for=LooksFor.SELF_HARM, is_on=True).first()
    if rule:
        User.objects.lock_rows(author)
        _note_signal(rule, subject_type, pk, author, now, now=now)
