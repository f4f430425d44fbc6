"""Where members work: managers say it, members read it, and a programme can keep people of one unit apart."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programmes.errors import ProgrammeError
from programmes.models import Membership
from programmes.pairs import mentors_shut_to
from programmes.rules import Rules, change_rules, foresee, rules_mark
from programmes.units import set_unit, unit_mark
from sessions_app.errors import SessionError
from sessions_app.questions.limits import why_not_book
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import markup_of, part_in, problems_in, refusals_in
from tests.programmes.making import let_in
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def inside(programme, alice):
    return let_in(
        make_mentor(make_person("ines@example.org", "Ines Inside")).person, programme, alice, gives=True, asks=False
    )


@pytest.fixture
def mentee(programme, alice, bob):
    """bob; from there on read as a request would."""
    return let_in(bob, programme, alice)


def say(membership, unit, by, *, seen=None):
    mark = unit_mark(membership) if seen is None else seen
    return set_unit(programme=membership.programme, person=membership.person, unit=unit, by=by, seen=mark)


def keep_apart(programme, by):
    given = Rules(units_apart=True)
    change_rules(programme=programme, given=given, by=by, now=NOW, seen=rules_mark(programme))


def member_page(membership):
    return reverse("programme_member", args=[membership.programme.slug, membership.person.uuid])


def test_a_manager_says_where_a_member_works_and_the_member_reads_it(mentee, alice, client_for):
    client, page = client_for(alice), member_page(mentee)

    sent = {"act": "set-unit", "unit": "  Legal ", "seen": unit_mark(mentee)}
    assert client.post(page, sent)["Location"] == page
    mentee.refresh_from_db()
    assert mentee.unit == "Legal"
    read = client_for(mentee.person).get(reverse("programme", args=[mentee.programme.slug]))
    assert "Legal" in read.content.decode()


def test_an_old_page_is_told_and_keeps_what_was_typed(mentee, alice, client_for):
    client, page = client_for(alice), member_page(mentee)
    sent = {"act": "set-unit", "unit": "Sales", "seen": unit_mark(mentee)}
    say(mentee, "Legal", alice)

    answer = client.post(page, sent)
    assert (answer.status_code, refusals_in(markup_of(answer))) == (409, ["stale"])
    assert 'value="Sales"' in answer.content.decode()
    mentee.refresh_from_db()
    assert mentee.unit == "Legal"


def test_a_long_unit_stands_beside_its_field(mentee, alice, client_for):
    answer = client_for(alice).post(member_page(mentee), {"act": "set-unit", "unit": "x" * 81})

    assert (answer.status_code, problems_in(markup_of(answer))) == (422, ["id_unit"])


def test_others_say_nothing_and_nobody_decides_about_themselves(programme, mentee, alice, dora):
    for person in (dora, mentee.person):
        with pytest.raises(PermissionDenied):
            say(mentee, "Legal", person)
    own = let_in(alice, programme, alice)
    with pytest.raises(ProgrammeError) as refused:
        say(own, "Legal", alice)
    assert refused.value.code == "yourself"
    assert not Membership.objects.exclude(unit="").exists()


def test_people_of_one_unit_do_not_meet_and_are_told_what_to_do(programme, inside, mentee, alice, client_for):
    say(inside, "Legal", alice)
    say(mentee, "LEGAL", alice)
    profile = inside.person.mentor_profile
    mentee.person.refresh_from_db()
    assert why_not_book(mentee.person, profile, now=NOW) is None

    keep_apart(programme, alice)

    with pytest.raises(SessionError) as refused:
        book(profile.offers.get(), mentee.person, THURSDAY)
    assert refused.value.code == "unit"
    answer = client_for(mentee.person).get(reverse("mentor_detail", args=[profile.slug]))
    assert refusals_in(markup_of(answer)) == ["unit"]
    assert reverse("mentor_list") in answer.content.decode()


def test_another_programme_that_both_share_lets_them_meet(programme, other, inside, mentee, alice, dora):
    say(inside, "Legal", alice)
    say(mentee, "Legal", alice)
    keep_apart(programme, alice)
    assert mentors_shut_to(mentee.person, [inside.person_id], now=NOW) == {inside.person_id}

    let_in(inside.person, other, dora, gives=True, asks=False)
    let_in(mentee.person, other, dora)

    mentee.person.refresh_from_db()
    made = book(inside.person.mentor_profile.offers.get(), mentee.person, THURSDAY)
    assert made.programme == other


def test_people_without_a_unit_and_of_another_meet(programme, inside, mentee, alice):
    keep_apart(programme, alice)
    profile = inside.person.mentor_profile
    mentee.person.refresh_from_db()
    for theirs, own in (("", ""), ("Legal", ""), ("", "Legal"), ("Legal", "Sales")):
        Membership.objects.filter(pk=inside.pk).update(unit=theirs)
        Membership.objects.filter(pk=mentee.pk).update(unit=own)
        assert why_not_book(mentee.person, profile, now=NOW) is None


def test_the_page_of_rules_counts_whom_it_stops(programme, inside, mentee, alice, client_for):
    say(inside, "Legal", alice)
    say(mentee, "legal", alice)
    assert foresee(programme, Rules(units_apart=True), now=NOW).of_one_unit == 1

    shown = client_for(alice).post(
        reverse("programme_rules", args=[programme.slug]), {"units_apart": "on", "seen": rules_mark(programme)}
    )
    assert part_in(markup_of(shown), "effect")
