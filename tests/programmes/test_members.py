"""Who comes into a programme, who leaves it, and what the database keeps of both."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import Trace
from notifications.models import InboxItem
from programmes.errors import ProgrammeError
from programmes.invitations import find_invitation, revoke_invitation, why_not_use
from programmes.managers import end_manager, give_manager
from programmes.members import answer_request, bring_back, find_end, join, leave, remove_member
from programmes.models import Invitation, Manager, Membership, MembershipState, Programme, ProgrammeState, Source, Stage
from programmes.notices import News
from programmes.privacy import leave_programmes
from tests.conftest import NOW, at
from tests.programmes.making import LAST_DAY, let_in, make_link, make_programme
from tests.sessions_app.helpers.races import people, race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LIVE, ASKED, LEFT, REMOVED, DECLINED = MembershipState.values


def code_of(act, **given) -> str:
    with pytest.raises(ProgrammeError) as refused:
        act(now=NOW, **given)
    return refused.value.code


def row_of(person, programme) -> tuple:
    row = Membership.objects.get(person=person, programme=programme)
    return row.state, row.gives, row.asks, row.source, row.ended_at


def test_link_lets_a_person_in_once(programme, alice, bob):
    link, token = make_link(programme, alice)

    found = find_invitation(token)
    for _again in range(2):
        join(person=bob, invitation=found, now=NOW)

    link.refresh_from_db()
    assert (found, link.uses, link.left) == (link, 1, 9)
    assert row_of(bob, programme) == (LIVE, False, True, Source.LINK, None)
    assert token not in str(Invitation.objects.values())


def test_unknown_link_is_none(programme, alice):
    make_link(programme, alice)

    assert find_invitation("x" * 32) is None


def test_second_link_adds_what_it_lets_people_do(programme, alice, bob):
    let_in(bob, programme, alice)
    let_in(bob, programme, alice, gives=True, asks=False)

    assert row_of(bob, programme) == (LIVE, True, True, Source.LINK, None)


def test_who_left_comes_back_in_the_same_row(programme, alice, bob):
    first = let_in(bob, programme, alice, gives=True)

    assert [leave(person=bob, programme=programme, now=NOW) for _ in range(2)] == [True, False]
    assert row_of(bob, programme) == (LEFT, True, True, Source.LINK, NOW)
    assert let_in(bob, programme, alice) == first
    assert row_of(bob, programme) == (LIVE, False, True, Source.LINK, None)


def test_who_asked_and_comes_in_by_another_link_waits_for_no_manager(programme, alice, bob):
    let_in(bob, programme, alice, needs_yes=True)
    assert InboxItem.objects.filter(recipient=alice, kind=News.ASKED).exists()

    let_in(bob, programme, alice)

    assert row_of(bob, programme)[0] == LIVE
    assert not InboxItem.objects.filter(recipient=alice, kind=News.ASKED).exists()


def test_only_a_manager_brings_back_who_was_removed(programme, alice, bob):
    let_in(bob, programme, alice)
    link, _token = make_link(programme, alice)

    assert [remove_member(programme=programme, person=bob, by=alice, now=NOW) for _ in range(2)] == [True, False]
    assert code_of(join, person=bob, invitation=link) == "removed"
    assert row_of(bob, programme) == (REMOVED, False, True, Source.LINK, NOW)
    assert [bring_back(programme=programme, person=bob, by=alice, now=NOW) for _ in range(2)] == [True, False]
    assert row_of(bob, programme) == (LIVE, False, True, Source.MANAGER, None)


def test_log_says_who_removed_declined_and_ended_a_manager(programme, alice, bob, charlie, dora, maria):
    give_manager(programme=programme, person=dora, by=maria, now=NOW)
    for person, more in ((bob, {}), (charlie, {"needs_yes": True})):
        let_in(person, programme, alice, **more)

    about = {"programme": programme, "now": NOW}
    for _again in range(2):
        remove_member(person=bob, by=alice, **about)
        answer_request(person=charlie, is_accepted=False, by=dora, **about)
    for _again in range(2):
        end_manager(person=dora, by=maria, **about)

    assert list(Trace.objects.order_by("pk").values_list("by", "act", "about", "subject")) == [
        (alice.pk, "member_removed", bob.pk, programme.slug),
        (dora.pk, "request_declined", charlie.pk, programme.slug),
        (maria.pk, "manager_ended", dora.pk, programme.slug),
    ]
    by = [find_end(row).by for row in Membership.objects.filter(person__in=(bob, charlie)).order_by("pk")]
    assert by == [alice, dora]


def test_who_left_after_being_brought_back_was_not_removed_by_anyone(programme, alice, bob):
    let_in(bob, programme, alice)
    remove_member(programme=programme, person=bob, by=alice, now=NOW)
    bring_back(programme=programme, person=bob, by=alice, now=NOW)
    assert find_end(Membership.objects.get(person=bob)) is None

    leave(person=bob, programme=programme, now=NOW + timedelta(hours=1))

    assert find_end(Membership.objects.get(person=bob)) is None


def test_who_left_is_not_brought_back_by_a_manager(programme, alice, bob):
    let_in(bob, programme, alice)
    leave(person=bob, programme=programme, now=NOW)

    assert not bring_back(programme=programme, person=bob, by=alice, now=NOW)
    assert row_of(bob, programme)[0] == LEFT


def test_managers_do_not_decide_about_themselves(programme, alice):
    let_in(alice, programme, alice)

    assert code_of(remove_member, programme=programme, person=alice, by=alice) == "yourself"
    assert code_of(bring_back, programme=programme, person=alice, by=alice) == "yourself"


@pytest.mark.parametrize("name", ["bob", "maria", "dora"])
def test_nobody_else_removes_or_brings_back(programme, alice, charlie, name, request):
    """A member, an owner, and the manager of another programme."""
    person = request.getfixturevalue(name)
    if name == "dora":
        make_programme(person, request.getfixturevalue("maria"), "Other")
    let_in(charlie, programme, alice)

    for act in (remove_member, bring_back):
        with pytest.raises(PermissionDenied):
            act(programme=programme, person=charlie, by=person, now=NOW)
    assert row_of(charlie, programme)[0] == LIVE


def test_link_says_why_it_lets_nobody_in(programme, alice, bob, charlie):
    full, _ = make_link(programme, alice, most=1)
    join(person=charlie, invitation=full, now=NOW)
    revoked, _ = make_link(programme, alice)
    assert revoke_invitation(programme=programme, number=revoked.pk, by=alice, now=NOW)
    short, _ = make_link(programme, alice, days=1)
    day = timedelta(days=1)

    assert code_of(join, person=bob, invitation=full) == "link_used_up"
    assert code_of(join, person=bob, invitation=revoked) == "link_revoked"
    assert why_not_use(short, NOW + day - timedelta(seconds=1)) is None
    assert why_not_use(short, NOW + day).code == "link_ended"
    assert not Membership.objects.filter(person=bob).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": ProgrammeState.CLOSED}, "programme_closed"),
        ({"state": ProgrammeState.ARCHIVED}, "programme_over"),
        ({"first_day": at("2026-10-01 00:00").date(), "last_day": at("2026-11-23 00:00").date()}, "programme_over"),
    ],
    ids=["closed", "archived", "over"],
)
def test_programme_that_takes_nobody_says_so(programme, alice, bob, charlie, change, code):
    link, _token = make_link(programme, alice)
    let_in(charlie, programme, alice)
    remove_member(programme=programme, person=charlie, by=alice, now=NOW)
    Programme.objects.filter(pk=programme.pk).update(**change)

    assert code_of(join, person=bob, invitation=link) == code
    assert code_of(bring_back, programme=programme, person=charlie, by=alice) == code


def test_programme_is_over_after_its_last_day_in_its_own_zone(alice, maria):
    programme = make_programme(alice, maria, timezone="Pacific/Auckland")
    midnight = at(f"{LAST_DAY} 11:00")  # in Auckland, which is 13 hours ahead

    assert [programme.stage_at(midnight + timedelta(seconds=late)) for late in (-1, 0)] == [Stage.OPEN, Stage.OVER]


def test_number_of_programmes_of_a_person_is_limited(programme, alice, maria, bob, settings):
    settings.MAX_PROGRAMMES = 1
    let_in(bob, programme, alice)
    other = make_programme(alice, maria, "Other")
    link, _token = make_link(other, alice)

    assert code_of(join, person=bob, invitation=link) == "too_many_programmes"
    leave(person=bob, programme=programme, now=NOW)
    assert join(person=bob, invitation=link, now=NOW).state == LIVE


def test_who_leaves_for_good_is_in_no_programme_and_manages_none(programme, alice, maria, bob):
    let_in(bob, programme, alice)
    leave_programmes(bob, NOW)
    leave_programmes(alice, NOW)

    assert row_of(bob, programme)[0] == LEFT
    assert not Programme.objects.managed_by(alice).exists()


@pytest.mark.django_db(transaction=True)
def test_last_place_of_a_link_goes_to_one_of_two(alice, maria):
    link, _token = make_link(make_programme(alice, maria), alice, most=1)
    racers = people(2)

    outcomes = race([lambda one=one: join(person=one, invitation=link, now=NOW) for one in racers])

    assert outcomes == {"won": 1, "link_used_up": 1}
    link.refresh_from_db()
    assert link.uses == 1


@pytest.mark.parametrize(
    ("model", "change", "name"),
    [
        (Membership, {"gives": False, "asks": False}, "member_gives_or_asks"),
        (Membership, {"ended_at": NOW}, "membership_has_an_end_when_it_is_over"),
        (Membership, {"state": LEFT}, "membership_has_an_end_when_it_is_over"),
        (Invitation, {"uses": 11}, "link_is_used_no_more_than_allowed"),
        (Invitation, {"expires_at": NOW + timedelta(days=180, seconds=1)}, "link_ends_within_180_days"),
        (Invitation, {"gives": False, "asks": False}, "link_lets_people_give_or_ask"),
        (Programme, {"last_day": LAST_DAY - timedelta(days=91)}, "programme_ends_no_earlier_than_it_begins"),
        (Programme, {"state": "gone"}, "programme_state_is_known"),
        (Programme, {"directory": "gone"}, "programme_directory_is_known"),
        (Programme, {"name": ""}, "programme_has_a_name"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_database_refuses_what_must_never_be(programme, alice, bob, model, change, name):
    let_in(bob, programme, alice)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**change)


def test_database_keeps_one_membership_and_one_live_role(programme, alice, maria, bob):
    let_in(bob, programme, alice)
    row = {"programme": programme, "person": bob, "source": Source.LINK, "joined_at": NOW}

    with pytest.raises(IntegrityError, match="one_membership_in_a_programme"), transaction.atomic():
        Membership.objects.create(**row)
    with pytest.raises(IntegrityError, match="manager_once_in_a_programme"), transaction.atomic():
        Manager.objects.create(programme=programme, person=alice, given_by=maria, at=NOW)
    with pytest.raises(IntegrityError, match="nobody_makes_themselves_a_manager"), transaction.atomic():
        Manager.objects.create(programme=programme, person=bob, given_by=bob, at=NOW)
