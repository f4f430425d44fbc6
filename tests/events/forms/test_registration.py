"""The forms that people fill in: what they ask, how they begin, and what they make of what was typed."""

import pytest
from django.http import QueryDict

from events.forms.afterwards import AnswersForm, GoalForm
from events.forms.evening import MESSAGE_LENGTH, MessageForm, TakeawayForm
from events.forms.planning import WishesForm, line_of, read_table, shown_name
from events.forms.registration import RegistrationForm
from events.models import Answer, Event, EventKind, EventMode, EventTable, Goal, Registration, Side
from events.planning.tables import TableInput
from tests.conftest import NOW
from tests.events.making import come, make_event
from tests.form_codes import codes_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast]
SAID = {"question": "Which offer?", "board_name": "Bob", "languages": ["en"]}


def typed(values: dict) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def form_of(event: Event, values: dict | None = None, *, side=Side.MENTEE, person=None, known=None):
    data = None if values is None else typed(values)
    return RegistrationForm(data, event=event, side=side, person=person, known=known)


def refused_of(form) -> dict:
    assert not form.is_valid()
    return codes_of(form)


# Registering


def test_a_mentee_is_asked_for_a_question_and_a_name_first(event):
    form = form_of(event)

    assert [field.name for field in form.first_fields] == ["question", "board_name"]
    assert {field.name for field in form.other_fields} == {
        *("topics", "languages", "attends", "most", "stays_seated", "wants_quiet", "access_needs"),
        "takes_place_at_once",
    }


@pytest.mark.parametrize(
    ("fields", "side", "first"),
    [
        ({"mode": EventMode.MIXED}, Side.MENTEE, ["question", "board_name", "attending"]),
        ({"mode": EventMode.ONLINE}, Side.MENTOR, ["board_name"]),
        ({"kind": EventKind.NETWORKING}, Side.GUEST, ["question", "board_name", "contact"]),
    ],
)
def test_what_is_asked_first(event, fields, side, first):
    for name, value in fields.items():
        setattr(event, name, value)

    assert [field.name for field in form_of(event, side=side).first_fields] == first


def test_everything_has_its_place_on_the_page_once(event):
    event.mode, event.kind = EventMode.MIXED, EventKind.NETWORKING
    form = form_of(event, side=Side.GUEST)

    names = [field.name for field in (*form.first_fields, *form.other_fields)]

    assert sorted(names) == sorted(form.fields)


def test_what_is_typed_becomes_what_is_said(event, topic):
    values = SAID | {
        "topics": [str(topic.pk)],
        "attends": ["3", "1"],
        "most": "2",
        "stays_seated": "on",
        "access_needs": " A ramp ",
    }
    form = form_of(event, values)

    assert form.is_valid(), form.errors
    said = form.said()
    assert (said.question, said.board_name, list(said.topics)) == ("Which offer?", "Bob", [topic])
    assert (said.attends, said.most, said.access_needs) == ([3, 1], 2, "A ramp")
    assert (said.stays_seated, said.wants_quiet, said.takes_place_at_once) == (True, False, False)


def test_what_is_left_empty_asks_for_nothing(event):
    form = form_of(event, SAID)

    assert form.is_valid()
    assert (list(form.said().topics), form.said().attends, form.said().most) == ([], [], None)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"question": ""}, "question", "required"),
        ({"question": "x" * 301}, "question", "max_length"),
        ({"board_name": ""}, "board_name", "required"),
        ({"languages": []}, "languages", "required"),
        ({"languages": ["xx"]}, "languages", "invalid_choice"),
        ({"attends": ["4"]}, "attends", "invalid_choice"),
        ({"attends": ["0"]}, "attends", "invalid_choice"),
        ({"most": "4"}, "most", "invalid_choice"),
        ({"access_needs": "x" * 501}, "access_needs", "max_length"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(event, change, field, code):
    form = form_of(event, SAID | change)

    assert refused_of(form) == {field: [code]}
    assert form.has_error_below == (field not in ("question", "board_name"))


def test_a_question_is_at_most_three_hundred_letters(event):
    assert form_of(event, SAID | {"question": "x" * 300}).is_valid()


def test_what_is_not_asked_is_not_taken(event):
    form = form_of(event, SAID | {"contact": "bob@example.org", "is_named": "", "attending": "online"})

    assert form.is_valid()
    said = form.said()
    assert (said.contact, said.is_named, said.attending) == ("", True, "table")


def test_the_form_begins_with_ones_own_name(event, bob):
    assert form_of(event, person=bob).initial == {
        "attending": "table",
        "languages": ["en"],
        "board_name": bob.display_name,
    }
    assert "board_name" not in form_of(event).initial


def test_a_mentor_finds_their_languages_and_topics_filled_in(event, alice, topic):
    profile = alice.mentor_profile
    profile.languages = ["de", "sv"]
    profile.save()
    profile.topics.add(topic)

    assert form_of(event, side=Side.MENTOR, person=alice).initial["languages"] == ["de", "sv"]
    assert form_of(event, side=Side.MENTOR, person=alice).initial["topics"] == [str(topic.pk)]
    # As a mentee they bring something else.
    assert form_of(event, person=alice).initial["languages"] == ["en"]


def test_a_change_begins_with_all_that_was_said(event, bob, topic):
    known = come(event, bob, attends=[2], most=1, access_needs="A ramp", takes_place_at_once=False)
    known.topics.add(topic)

    initial = form_of(event, person=bob, known=known).initial

    assert (initial["attends"], initial["most"], initial["access_needs"]) == ([2], 1, "A ramp")
    assert (initial["topics"], initial["takes_place_at_once"]) == ([str(topic.pk)], False)


def test_rounds_to_choose_are_those_of_the_event(event):
    form = form_of(event)

    assert [value for value, _label in form.fields["attends"].choices] == [1, 2, 3]
    assert [value for value, _label in form.fields["most"].choices] == ["", 1, 2, 3]


# Wishes


def wishes_of(others, values=None, *, known=None, by_question=False) -> WishesForm:
    data = None if values is None else typed(values)
    return WishesForm(data, others=others, known=known or {}, by_question=by_question)


@pytest.fixture
def mentor(event, alice, topic) -> Registration:
    one = come(event, alice, side=Side.MENTOR)
    one.topics.add(topic)
    return one


def test_only_those_of_whom_something_is_said_are_wishes(event, mentor, bob):
    other = come(event, bob)
    form = wishes_of([mentor, other], {f"wish_{mentor.pk}": "must", f"wish_{other.pk}": ""})

    assert form.is_valid()
    assert form.cleaned_data["wishes"] == {mentor.pk: "must"}
    assert [one for one, _field in form.rows] == [mentor, other]


@pytest.mark.parametrize(("by_question", "kinds"), [(False, ["", "must", "like", "no"]), (True, ["", "like", "no"])])
def test_mentors_have_no_must_meets(event, mentor, by_question, kinds):
    form = wishes_of([mentor], by_question=by_question)

    assert [value for value, _label in form.fields[f"wish_{mentor.pk}"].choices] == kinds
    refused = wishes_of([mentor], {f"wish_{mentor.pk}": "must"}, by_question=by_question)
    assert refused.is_valid() == (not by_question)


def test_the_form_begins_with_the_wishes_that_are_known(mentor):
    assert wishes_of([mentor], known={mentor.pk: "no"}).initial == {}
    assert wishes_of([mentor], known={mentor.pk: "no"})[f"wish_{mentor.pk}"].value() == "no"


def test_a_wish_for_someone_who_is_not_in_the_list_is_no_wish(mentor):
    form = wishes_of([mentor], {f"wish_{mentor.pk + 1}": "must"})

    assert form.is_valid()
    assert form.cleaned_data["wishes"] == {}


def test_a_mentor_who_is_not_named_is_known_by_their_topics(mentor, event, bob):
    assert shown_name(mentor) == "Alice"
    mentor.is_named = False
    with_topics, without = shown_name(mentor), None
    mentor.topics.clear()
    without = shown_name(mentor)

    assert ("Alice" in with_topics, "Negotiation" in with_topics) == (False, True)
    assert "Alice" not in without
    assert shown_name(come(event, bob, is_named=False)) == "Bob"


def test_mentors_read_questions_in_place_of_names(event, bob):
    one = come(event, bob)
    asked = wishes_of([one], by_question=True).fields[f"wish_{one.pk}"].label
    one.question = ""

    assert asked == "Which offer do I take?"
    assert "Bob" not in wishes_of([one], by_question=True).fields[f"wish_{one.pk}"].label


# Tables


@pytest.mark.parametrize(
    ("line", "table"),
    [
        ("Window", TableInput("Window")),
        ("Window (screen)", TableInput("Window", has_screen=True)),
        ("Window (QUIET , screen)", TableInput("Window", has_screen=True, is_quiet=True)),
        ("Window (by the door)", TableInput("Window (by the door)")),
        ("Window (screen, loud)", TableInput("Window (screen, loud)")),
        ("Room (1) (quiet)", TableInput("Room (1)", is_quiet=True)),
        ("()", TableInput("()")),
    ],
)
def test_marks_of_a_table_are_words_in_the_last_brackets(line, table):
    assert read_table(line) == table


@pytest.mark.parametrize("marks", [(False, False), (True, False), (False, True), (True, True)])
def test_a_table_is_written_as_it_is_read(marks):
    screen, quiet = marks
    line = line_of(EventTable(name="Room (1)", has_screen=screen, is_quiet=quiet))

    assert read_table(line) == TableInput("Room (1)", *marks)


# Short texts


@pytest.mark.parametrize(
    ("form", "name", "most"), [(MessageForm, "message", MESSAGE_LENGTH), (TakeawayForm, "words", 500)]
)
def test_short_texts_may_be_empty_and_have_an_end(form, name, most):
    assert form({name: ""}).is_valid()
    assert form({name: "x" * most}).is_valid()
    assert refused_of(form({name: "x" * (most + 1)})) == {name: ["max_length"]}


# Afterwards


def answers_form(over, values=None, known=None) -> AnswersForm:
    data = None if values is None else typed({f"{name}_{over.pair.pk}": value for name, value in values.items()})
    return AnswersForm(data, registration=over.bob, pairs=[over.pair], known=known or {})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"takeaway": ""}, (None, None, "")),
        ({"useful": "4", "again": "yes", "takeaway": "Ask"}, (4, True, "Ask")),
        ({"useful": "1", "again": "no"}, (1, False, "")),
        ({"again": ""}, (None, None, "")),
    ],
)
def test_nothing_about_a_meeting_has_to_be_answered(over, values, said):
    form = answers_form(over, values)

    assert form.is_valid()
    one = form.said()[over.pair.pk]
    assert (one.useful, one.again, one.takeaway) == said
    assert one.is_empty == (said == (None, None, ""))


@pytest.mark.parametrize(
    ("values", "name", "code"),
    [
        ({"useful": "5"}, "useful", "invalid_choice"),
        ({"useful": "0"}, "useful", "invalid_choice"),
        ({"again": "maybe"}, "again", "invalid_choice"),
        ({"takeaway": "x" * 501}, "takeaway", "max_length"),
    ],
)
def test_an_answer_that_there_is_not_is_refused(over, values, name, code):
    assert refused_of(answers_form(over, values)) == {f"{name}_{over.pair.pk}": [code]}


@pytest.mark.parametrize(("again", "shown"), [(True, "yes"), (False, "no"), (None, "")])
def test_answers_begin_as_they_were_given(over, again, shown):
    known = {over.pair.pk: Answer(useful=2, again=again, takeaway="Ask")}

    [meeting] = answers_form(over, known=known).meetings

    assert [field.value() for field in meeting.fields] == [2, shown, "Ask"]
    assert (meeting.partner, meeting.takeaway) == (over.alice, "Ask")


def test_a_goal_needs_words_and_a_witness_who_was_met(over):
    form = GoalForm(typed({"text": "", "witness": str(over.bob.pk)}), witnesses=[over.alice], goal=None)

    assert refused_of(form) == {"text": ["required"], "witness": ["invalid_choice"]}


@pytest.mark.parametrize("chosen", [True, False])
def test_a_witness_is_chosen_or_nobody(over, chosen):
    witness = str(over.alice.pk) if chosen else ""
    form = GoalForm(typed({"text": "Ask", "witness": witness}), witnesses=[over.alice], goal=None)

    assert form.is_valid()
    assert form.chosen_witness == (over.alice if chosen else None)


def test_who_met_nobody_is_asked_for_no_witness(over):
    form = GoalForm(typed({"text": "Ask"}), witnesses=[], goal=None)

    assert form.is_valid()
    assert ("witness" in form.fields, form.chosen_witness) == (False, None)


def test_a_goal_begins_as_it_was_set(over):
    goal = Goal(registration=over.bob, witness=over.alice, text="Ask", due=NOW.date(), set_at=NOW)

    assert GoalForm(witnesses=[over.alice], goal=goal).initial == {"text": "Ask", "witness": over.alice.pk}
    goal.witness = None
    assert GoalForm(witnesses=[over.alice], goal=goal).initial == {"text": "Ask", "witness": ""}


def test_guests_of_a_gathering_write_what_to_share(maria):
    event = make_event(maria)
    event.kind = EventKind.NETWORKING
    form = form_of(event, SAID | {"contact": "guest@example.org"}, side=Side.GUEST)

    assert form.is_valid()
    assert form.said().contact == "guest@example.org"
