"""Rules of a programme as managers and owners set them: bounds, what they stop at once, and who reads them."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from programmes.changes import copy_programme
from programmes.errors import ProgrammeError
from programmes.models import Programme, ProgrammeState, RuleChange
from programmes.rules import Rules, change_rules, foresee, rules_mark, rules_of
from sessions_app.availability.timetable import load_timetable
from sessions_app.questions.limits import why_not_book
from sessions_app.waiting.choosing import free_slots
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import alerts_in, markup_of, part_in, parts_in, problems_in, refusals_in
from tests.programmes.making import let_in
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
STRICT = Rules(members_book_outside=False, others_book_ours=False, most_sessions=4, most_open=2)
SENT = {"members_stay": "on", "only_members": "on", "most_sessions": "4", "most_open": "2"}


def rules_page(programme: Programme) -> str:
    return reverse("programme_rules", args=[programme.slug])


def present_rules(programme: Programme) -> Rules:
    return rules_of(Programme.objects.get(pk=programme.pk))


def change(programme, given, by, *, seen=None):
    mark = rules_mark(programme) if seen is None else seen
    return change_rules(programme=programme, given=given, by=by, now=NOW, seen=mark)


@pytest.fixture
def peopled(programme, alice, bob):
    """bob looks for mentors in it, Ines mentors, and they have a session."""
    inside = make_mentor(make_person("ines@example.org", "Ines Inside"))
    let_in(bob, programme, alice)
    let_in(inside.person, programme, alice, gives=True, asks=False)
    book(inside.offers.get(), bob, THURSDAY)
    return programme


@pytest.mark.parametrize("who", ["alice", "maria"], ids=["manager", "owner"])
def test_managers_and_owners_change_rules_and_the_change_is_noted(programme, request, who):
    by = request.getfixturevalue(who)

    assert change(programme, STRICT, by)
    assert present_rules(programme) == STRICT
    [noted] = RuleChange.objects.all()
    assert (noted.by, noted.at, Rules(**noted.rules)) == (by, NOW, STRICT)
    assert not change(programme, STRICT, by, seen="of before")
    assert RuleChange.objects.count() == 1


def test_nobody_else_does_and_an_old_page_changes_nothing(programme, alice, dora, bob):
    for person in (dora, bob):
        with pytest.raises(PermissionDenied):
            change(programme, STRICT, person)
    with pytest.raises(ProgrammeError) as refused:
        change(programme, STRICT, alice, seen="of another page")
    assert refused.value.code == "stale"
    assert present_rules(programme) == Rules()


@pytest.mark.parametrize("said", [{"most_sessions": 0}, {"most_sessions": 101}, {"most_open": 21}], ids=str)
def test_limits_have_bounds(programme, alice, said):
    with pytest.raises(ProgrammeError) as refused:
        change(programme, Rules(**said), alice)
    assert (refused.value.code, [refused.value.field]) == ("bad_limit", list(said))


def test_a_copy_has_the_same_rules(programme, alice):
    change(programme, STRICT, alice)

    assert present_rules(copy_programme(programme=programme, by=alice, now=NOW)) == STRICT


def test_what_rules_stop_at_once_is_shown_before_they_are_saved(peopled, alice, client_for):
    client, page = client_for(alice), rules_page(peopled)
    sent = SENT | {"most_open": "1", "seen": rules_mark(peopled)}
    shown = client.post(page, sent)

    assert shown.status_code == 200
    assert "effect" in parts_in(markup_of(shown))
    assert present_rules(peopled) == Rules()
    effect = foresee(peopled, Rules(False, False, 4, 1), now=NOW)
    assert (effect.mentees, effect.mentors, effect.at_sessions, effect.at_open) == (1, 1, 0, 1)

    assert client.post(page, sent | {"foreseen": effect.mark}).status_code == 302
    assert present_rules(peopled) == Rules(False, False, 4, 1)


def test_what_changed_meanwhile_is_shown_again(peopled, alice, charlie, client_for):
    sent = {"members_stay": "on", "seen": rules_mark(peopled)}
    effect = foresee(peopled, Rules(members_book_outside=False), now=NOW)
    let_in(charlie, peopled, alice)

    assert client_for(alice).post(rules_page(peopled), sent | {"foreseen": effect.mark}).status_code == 200
    assert present_rules(peopled) == Rules()


def test_rules_that_stop_nobody_are_saved_at_once(programme, alice, client_for):
    client = client_for(alice)

    answer = client.post(rules_page(programme), SENT | {"seen": rules_mark(programme)})
    assert answer.status_code == 302
    assert present_rules(programme) == STRICT
    assert "changes" in parts_in(markup_of(client.get(rules_page(programme))))


def test_rules_of_a_draft_are_said_to_hold_once_it_is_open(programme, alice, client_for):
    client = client_for(alice)

    def said(**limit: str) -> str:
        given = SENT | limit | {"seen": rules_mark(Programme.objects.get(pk=programme.pk))}
        return alerts_in(markup_of(client.post(rules_page(programme), given, follow=True)))[0]

    now = said()
    Programme.objects.update(state=ProgrammeState.DRAFT)
    assert now != said(most_sessions="3")


def test_bad_limits_stand_beside_their_fields_and_nothing_is_lost(programme, alice, client_for):
    sent = {"members_stay": "on", "most_sessions": "many", "most_open": "21", "seen": rules_mark(programme)}
    answer = client_for(alice).post(rules_page(programme), sent)

    page = markup_of(answer)
    assert answer.status_code == 422
    assert problems_in(page) == ["id_most_sessions", "id_most_open"]
    assert 'value="many"' in page
    assert 'value="21"' in page
    assert present_rules(programme) == Rules()


def test_an_old_page_is_told_and_keeps_what_was_typed(programme, alice, client_for):
    answer = client_for(alice).post(rules_page(programme), SENT | {"seen": "of before"})

    assert answer.status_code == 409
    assert refusals_in(markup_of(answer)) == ["stale"]
    assert present_rules(programme) == Rules()


def test_owners_set_them_on_a_page_of_staff(peopled, maria, client_for):
    client, page = client_for(maria), reverse("staff_programme_rules", args=[peopled.slug])

    assert client.get(page).status_code == 200
    answer = client.post(page, {"most_sessions": "9", "seen": rules_mark(peopled)})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert present_rules(peopled) == Rules(most_sessions=9)


def test_few_people_are_not_counted_out_and_many_are(programme, alice):
    """What one member books is no matter of managers."""
    inside = make_mentor(make_person("ines@example.org", "Ines Inside"), buffer=0)
    let_in(inside.person, programme, alice, gives=True, asks=False)
    said = []
    for number in range(5):
        mentee = make_person(f"m{number}@example.org", f"Mo {number}")
        let_in(mentee, programme, alice)
        soonest = free_slots(load_timetable(inside, now=NOW), inside.offers.get(), now=NOW)[0].start
        book(inside.offers.get(), mentee, soonest)
        effect = foresee(programme, Rules(most_sessions=1), now=NOW)
        assert effect.at_sessions == number + 1
        said.append(list(effect.in_words()))
    assert said[0] == said[3]
    assert said[3] != said[4]


def test_who_is_counted_as_stopped_is_refused(peopled, alice, bob, offer):
    let_in(offer.profile.person, peopled, alice, gives=True, asks=False)
    stops = Rules(most_sessions=1)
    assert foresee(peopled, stops, now=NOW).at_sessions == 1

    change(peopled, stops, alice)

    bob.refresh_from_db()
    assert why_not_book(bob, offer.profile, now=NOW).code == "quota"


def test_members_read_the_rules(peopled, alice, bob, client_for):
    client, page = client_for(bob), reverse("programme", args=[peopled.slug])
    assert "rules" not in parts_in(markup_of(client.get(page)))

    change(peopled, STRICT, alice)

    said = part_in(markup_of(client.get(page)), "rules")
    assert all(words in said for words in STRICT.in_words())
    assert len(list(STRICT.in_words())) == 4
