"""What nobody should type, in every field of every form of events: it is refused beside its field, or understood."""

from urllib.parse import quote, unquote

import pytest
from django.http import QueryDict

from events.forms.evening import MessageForm, TakeawayForm
from events.forms.event import CancelEventForm, EventForm
from events.forms.planning import TablesForm, line_of, read_table
from events.forms.registration import RegistrationForm
from events.models import EventTable, Side
from events.planning.tables import TableInput
from tests.conftest import NOW
from tests.hostile import HOSTILE

from .test_event import FILLED


def data_of(filled: dict[str, str], name: str, text: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(filled | {name: text})
    return data


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_event_is_refused_beside_the_field_or_means_something(text):
    for name in FILLED:
        form = EventForm(data_of(FILLED, name, text), now=NOW, zone="UTC")
        if form.is_valid():
            said = form.cleaned_data["said"]
            assert said.start > NOW
            assert said.registration_until <= said.start
            assert "\x00" not in repr(said.values())
        else:
            assert set(form.errors) & {name, "rounds_count", "break_after", "closes_before", "day", "time", "place"}
            assert form[name].value() is not None


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_registration_is_refused_beside_the_field_or_fits_its_columns(event, text):
    """In all fields at once: each has its own error, or what it says fits."""
    names = RegistrationForm(event=event, side=Side.MENTEE, person=None).fields
    form = RegistrationForm(
        dict.fromkeys(names, text) | {name: [text] for name in ("languages", "attends", "topics")},
        event=event,
        side=Side.MENTEE,
        person=None,
    )

    assert not form.is_valid()
    assert {"languages", "attends", "most"} <= set(form.errors) <= set(names)
    assert all(len(form.cleaned_data.get(name, "")) <= most for name, most in (("question", 300), ("board_name", 80)))


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_names_nothing_in_an_address_or_a_box_finds_nothing(event, maria, client_for, text):
    client, typed = client_for(maria), quote(text[:2000], errors="replace")

    assert client.get(f"/events/new/?like={typed}").context["like"] is None
    invited = client.post(f"/events/{event.slug}/people/invite/", {"mentor": unquote(typed)})
    assert invited.status_code == 302
    code = quote(text[:100], safe="", errors="replace")
    answers = [client.get(f"/{place}/{code}/").status_code for place in ("e", "events/board")]
    assert set(answers) <= {301, 302, 404}
    assert not event.registrations.exists()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_short_texts_keep_to_their_length(text):
    for form, name, most in (
        (CancelEventForm({"reason": text}), "reason", 500),
        (MessageForm({"message": text}), "message", 200),
        (TakeawayForm({"words": text}), "words", 500),
    ):
        assert not form.is_valid() or len(form.cleaned_data[name]) <= most


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_tables_are_named_or_refused(text):
    form = TablesForm({"tables": f"Window\n{text}"}, tables=[])

    if form.is_valid():
        assert form.cleaned_data["tables"][0] == TableInput("Window")
        assert all(0 < len(table.name) <= 40 for table in form.cleaned_data["tables"])
    else:
        assert set(form.errors) == {"tables"}


@pytest.mark.parametrize("name", ["Window", "Room (2)", "A (b) (c)", "(", "x)", "Screen, left", "screen"])
@pytest.mark.parametrize(
    "marks", [{}, {"has_screen": True}, {"is_quiet": True}, {"has_screen": True, "is_quiet": True}]
)
def test_every_table_reads_as_it_was_written(name, marks):
    assert read_table(line_of(EventTable(name=name, **marks))) == TableInput(name, **marks)
