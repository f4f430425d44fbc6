"""Whom one keeps away, over the API: the same acts and limits as on the pages."""

import pytest

from tests.apart import keep_apart
from tests.conftest import NOW, make_mentor, make_person
from trust.models import Separation, SeparationKind
from trust.separations import MOST_BLOCKS, are_apart

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
HERE = "me/separations/"


def test_someone_is_kept_away_listed_and_met_again(program, booking, alice, bob):
    status, made = program(bob).post(HERE, {"type": "session", "key": str(booking.uuid)})

    assert (status, made["id"], made["kind"]) == (201, str(alice.uuid), "block")
    booking.refresh_from_db()
    assert (booking.state, booking.ended_by) == ("cancelled", None)
    assert program(bob).get(HERE) == (200, {"results": [made], "next": None})
    assert program(alice).get(HERE) == (200, {"results": [], "next": None})

    again = program(bob).send("DELETE", f"{HERE}{alice.uuid}/")

    assert again == (200, {"id": str(alice.uuid), "name": alice.display_name})
    assert not are_apart(alice.pk, bob.pk, now=NOW)
    assert program(bob).get(HERE)[1]["results"] == []


def test_saying_it_twice_is_saying_it_once(program, offer, bob):
    said = {"type": "profile", "key": offer.profile.slug}
    first, second = program(bob).post(HERE, said), program(bob).post(HERE, said)
    assert (first, Separation.objects.count()) == (second, 1)


def test_what_the_other_said_is_neither_shown_nor_ended(program, offer, alice, bob):
    keep_apart(alice, bob, kind=SeparationKind.BLOCK)
    assert program(bob).get(HERE)[1]["results"] == []
    assert program(bob).send("DELETE", f"{HERE}{alice.uuid}/")[0] == 404
    assert are_apart(alice.pk, bob.pk, now=NOW)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"type": "profile", "key": "nobody-here"}, 404, id="nobody"),
        pytest.param({"type": "session", "key": "nobody-here"}, 404, id="no-session"),
        pytest.param({"type": "event", "key": "an-evening"}, 400, id="another-type"),
        pytest.param({"type": "profile"}, 400, id="no-key"),
        pytest.param({"type": "profile", "key": "alice-adair", "kind": "decision"}, 400, id="more-than-asked"),
    ],
)
def test_bad_input_parts_nobody(program, offer, bob, said, status):
    assert program(bob).post(HERE, said)[0] == status
    assert not Separation.objects.exists()


def test_nobody_keeps_themselves_away(program, offer, alice):
    assert program(alice).post(HERE, {"type": "profile", "key": offer.profile.slug})[0] == 404


def test_the_limit_is_that_of_the_page(program, offer, bob):
    for number in range(MOST_BLOCKS):
        keep_apart(bob, make_person(f"n{number}@example.org", f"Nora {number}"), kind=SeparationKind.BLOCK)
    status, said = program(bob).post(HERE, {"type": "profile", "key": offer.profile.slug})
    assert (status, said["code"]) == (409, "too_many_blocks")


def test_a_program_that_only_reads_parts_nobody(program, offer, bob):
    make_mentor(make_person("m@example.org", "Mo Mentor"))
    reading = program(bob, scope="read")
    assert reading.post(HERE, {"type": "profile", "key": "mo-mentor"})[0] == 403
    assert reading.get(HERE)[0] == 200
