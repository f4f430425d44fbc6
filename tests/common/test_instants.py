"""What is no moment, or lies out of reach, is refused alike by pages and programs, and never breaks anything."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st
from rest_framework import serializers

from common.api.fields import Instant
from common.instants import YEARS
from sessions_app.address import read_start
from sessions_app.forms.booking import MoveForm
from sessions_app.forms.series import FurtherForm
from tests.conftest import at
from tests.sessions_app.conftest import QUESTION, booking  # noqa: F401 - a fixture

EDGES = ["0001-01-01T00:00Z", "2000-12-31T23:59Z", "2100-01-01T00:00Z", "9999-12-31T23:59Z"]
WITHIN = ["2001-01-01T00:00Z", "2099-12-31T23:59Z"]
OFFSETS = st.sampled_from(["Z", "z", "", "+00:00", "-00:00", "+14:00", "-12:00", "+23:59", "-23:59", "+99:99"])
CLOCK = st.sampled_from(["00:00", "23:59", "24:00", "12:30:59", "23:59:59.999999", "23:59:60"])
EDGE_DAYS = st.sampled_from(
    [f"{year:04d}-{day}" for year in (0, 1, 2000, 2001, 2026, 2099, 2100, 9999) for day in ("01-01", "12-31", "02-29")]
)
TEXTS = st.builds("{}T{}{}".format, EDGE_DAYS, CLOCK, OFFSETS) | st.datetimes().map(
    lambda moment: f"{moment:%Y-%m-%dT%H:%MZ}"
)


@given(TEXTS | st.text(max_size=30))
@example("9999-12-31T23:59Z")
@example("0001-01-01T00:00+14:00")
def test_every_door_reads_the_same(text):
    """The picker of a page, the dates of a series, a start in an address, and the API."""
    found = read_start(text)
    doors = {"move": of_form(MoveForm, text), "series": of_form(FurtherForm, text), "program": of_program(text)}

    assert doors == dict.fromkeys(doors, found)
    assert found is None or (found.year in YEARS and found.utcoffset().total_seconds() == 0)


def of_form(form, text):
    field = form.base_fields["start"]
    try:
        start = field.clean([text] if form is FurtherForm else text)
    except ValidationError:
        return None
    return start[0] if isinstance(start, list) else start


def of_program(text):
    try:
        return Instant().run_validation(text)
    except serializers.ValidationError:
        return None


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
@pytest.mark.parametrize("start", [*EDGES, *WITHIN])
def test_a_start_at_the_edge_is_refused_on_every_page(start, client_for, client, offer, bob, charlie, booking):  # noqa: F811
    data = {"offer": str(offer.uuid), "start": start, "question": QUESTION, "key": "k"}
    mentor = "/mentors/alice-adair/"

    statuses = {
        client_for(charlie).post(f"{mentor}book/", data).status_code,
        client.post(f"{mentor}book/", data).status_code,
        client_for(bob).post(f"/sessions/{booking.uuid}/move/", {"start": start}).status_code,
        client_for(bob).post(f"/sessions/{booking.uuid}/further/check/", {"key": "k", "start": start}).status_code,
    }

    booking.refresh_from_db()
    assert statuses <= {409, 422}
    assert booking.start == at("2026-11-26 14:30")
