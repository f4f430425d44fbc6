"""What a brief asks and keeps, by the kind of need, and the hints for a question that is still vague."""

import pytest

from mentors.models import IssueType
from sessions_app.questions.brief_kinds import BRIEF_KINDS, EVERY_QUESTION, facts_of, hints_for, kept_answers
from tests.sessions_app.conftest import QUESTION

DECISION = {"options": "Stay\nGo", "leaning": "Go: the team is better", "sure": 6}


def test_every_kind_of_need_has_its_questions_and_no_two_share_a_key():
    assert set(BRIEF_KINDS) == set(IssueType.values)
    assert len(EVERY_QUESTION) == sum(len(kind.questions) for kind in BRIEF_KINDS.values())


@pytest.mark.parametrize(
    ("kind", "given", "left"),
    [
        pytest.param("decision", DECISION, DECISION, id="all"),
        pytest.param("decision", {"sure": 0}, {"sure": 0}, id="not sure at all is an answer"),
        pytest.param("decision", {"options": "", "sure": None}, {}, id="empty"),
        pytest.param("career", DECISION, {}, id="of another kind"),
        pytest.param("", DECISION, {}, id="of no kind"),
        pytest.param("other", {"made_up": "x"}, {}, id="unknown"),
    ],
)
def test_kept_are_the_answers_that_the_kind_asks_for(kind, given, left):
    assert kept_answers(kind, given) == left


@pytest.mark.parametrize("sure", [11, -1, "6", True, 6.0], ids=repr)
def test_kept_refuses_what_is_no_number_on_the_scale(sure):
    with pytest.raises(ValueError, match="no answer to sure"):
        kept_answers("decision", {"sure": sure})


def test_kept_refuses_more_than_the_limit():
    with pytest.raises(ValueError, match="no answer to options"):
        kept_answers("decision", {"options": "x" * 601})


def test_facts_are_the_answers_in_the_order_of_the_questions():
    facts = [(fact.term, fact.words) for fact in facts_of("decision", dict(reversed(DECISION.items())))]

    assert facts == [("Options", "Stay\nGo"), ("Leaning towards", "Go: the team is better"), ("How sure", "6 of 10")]


SHORT = "Your question is short."
NO_QUESTION = "This doesn’t ask anything yet."
LONG = "This takes about"


@pytest.mark.parametrize(
    ("question", "kind", "answers", "begin"),
    [
        pytest.param(QUESTION, "", {}, [], id="fine"),
        pytest.param("Which offer?", "", {}, [SHORT], id="short"),
        pytest.param("I would like any advice about my job", "", {}, ["“any advice” can"], id="vague"),
        pytest.param("Could I pick your brain about design?", "", {}, ["“pick your brain” can"], id="a phrase"),
        pytest.param("Negotiating a salary in a small company", "", {}, [NO_QUESTION], id="no question"),
        pytest.param("Ob ich für den nächsten Schritt bereit bin", "", {}, [], id="another language"),
        pytest.param("我应该接受这份新工作的邀请还是留在现在的公司继续等待升职的机会呢", "", {}, [], id="no spaces"),
        pytest.param("Do I go? When? And who tells them?", "", {}, ["You’re asking 3 questions"], id="three at once"),
        pytest.param(QUESTION, "decision", {"options": "Go"}, ["Name at least two options"], id="one option"),
        pytest.param(QUESTION, "decision", {"options": "Go\nStay"}, [], id="two options"),
        pytest.param(QUESTION, "feedback", {}, ["Say what to look at"], id="nothing to look at"),
        pytest.param("Help? Me? Do?", "decision", {}, [SHORT, "You’re asking 3"], id="two at most"),
        pytest.param("", "", {}, [SHORT], id="nothing at all"),
    ],
)
def test_hints_name_what_is_vague(question, kind, answers, begin):
    hints = hints_for(question, kind, answers)

    assert [hint[: len(start)] for hint, start in zip(hints, begin, strict=True)] == begin


def test_hints_ask_for_the_work_that_is_to_be_looked_at():
    given = {"question": QUESTION, "issue_type": "feedback", "answers": {"look_at": "The first page"}}

    assert hints_for(**given, has_files=False) == ["Share the work itself below: a PDF, a picture, slides."]
    assert hints_for(**given, has_files=True) == []


def test_hints_say_when_it_takes_more_than_half_a_minute_to_read():
    assert hints_for(QUESTION, others=["word " * 115]) == []
    assert hints_for(QUESTION, others=["word " * 195]) == [
        "This takes about 50 seconds to read. People usually read for half a minute before a call."
    ]
