"""What is kept of a search for staff to learn from, the same for the page, answers in writing and the API."""

from datetime import date

from search.reading.learning import propose_example
from search.reading.noted import note_reading
from search.understanding.understood import Because

from .criteria import SearchCriteria
from .unmet import note_unmet
from .words import SearchQuestion


def note_search(wish: SearchCriteria, question: SearchQuestion, *, is_unmet: bool, day: date) -> None:
    """Keep words that found nobody, how they were read, and topics that people chose for them; never who typed them.

    A search counts once, with its first page. If someone may be in danger, nothing is kept.
    """
    if not wish.words or wish.shown or question.reading.is_crisis:
        return
    note_reading(wish.words, question.reading, day=day)
    if is_unmet:
        note_unmet(wish.words, day=day)
    if chosen := [topic.pk for topic in question.reading.topics if topic.because == Because.CHOSEN]:
        propose_example(wish.words, topics=chosen, day=day)
