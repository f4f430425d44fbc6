"""What organisers do by the pages."""

import pytest
from django.test import Client

from accounts.models import User
from events.errors import EventError
from events.models import Event, EventMode, EventState, Plan, PlanState, Registration, RegistrationState, Side
from events.planning.solving import solve_asked
from events.registering.managing import cancel_event, delete_draft
from events.views.managing import find_mentors
from mentors.models import MentorProfile, Topic
from tests.conftest import NOW
from tests.events.forms.test_event import FILLED
from tests.events.making import come, make_event, make_guests
from tests.markup import choices_in, elements_of, forms_in, links_in, markup_of, problems_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def seen_on(client: Client, address: str) -> str:
    [mark, *_others] = elements_of(markup_of(client.get(address)), "input", name="seen")
    return mark.attributes["value"]


def test_a_draft_is_made_opened_and_closed(maria, client_for):
    client = client_for(maria)
    made = client.post("/events/new/", FILLED)
    event = Event.objects.get()
    assert (made.url, event.state, event.places.count()) == (f"/events/{event.slug}/", EventState.DRAFT, 34)

    client.post(f"{made.url}open/")
    assert Event.objects.get().state == EventState.OPEN
    client.post(f"{made.url}open/", {"close": "1"})
    assert Event.objects.get().state == EventState.CLOSED


def test_registration_that_was_closed_too_early_can_be_opened_again(event, maria, client_for):
    client, address = client_for(maria), f"/events/{event.slug}/"
    client.post(f"{address}open/", {"close": "1"})

    def ways_to_open() -> list[str]:
        return [one for one in forms_in(markup_of(client.get(address))) if one == f"{address}open/"]

    assert len(ways_to_open()) == 1
    Event.objects.update(registration_until=NOW, wishes_until=None)
    assert ways_to_open() == []
    Event.objects.update(registration_until=event.registration_until)
    client.post(f"{address}open/")
    assert Event.objects.get().state == EventState.OPEN


def test_a_copy_of_an_earlier_event_has_all_but_its_day(maria, client_for):
    event = make_event(maria)

    form = client_for(maria).get(f"/events/new/?like={event.slug}").context["form"]

    assert (form["title"].value(), form["place"].value(), form["day"].value()) == ("First jobs", "Kulturhuset", None)


def test_a_number_out_of_range_is_named_where_the_errors_are_summed_up(maria, client_for):
    page = client_for(maria).post("/events/new/", {**FILLED, "round_minutes": "4"})

    assert problems_in(markup_of(page)) == ["id_round_minutes"]
    [summary] = elements_of(markup_of(page), "div", class_="error-summary")
    assert str(page.context["form"]["round_minutes"].label) in summary.text


@pytest.mark.parametrize(("mode", "problems"), [(EventMode.ON_SITE, ["place"]), (EventMode.ONLINE, [])])
def test_an_address_is_called_optional_only_where_it_is(maria, client_for, mode, problems):
    page = client_for(maria).post("/events/new/", {**FILLED, "mode": mode, "place": "", "title": ""})

    form = page.context["form"]
    assert list(form.errors) == ["title", *problems]
    assert form.fields["place"].required == bool(problems)


def test_two_events_of_one_title_and_day_have_addresses_of_their_own(maria):
    slugs = {make_event(maria).slug for _event in range(3)}

    assert slugs == {"first-jobs-2026-12-03", "first-jobs-2026-12-03-2", "first-jobs-2026-12-03-3"}


def test_fewer_places_than_are_taken_are_refused_beside_the_field(event, maria, client_for):
    for guest in make_guests(2):
        come(event, guest)
    client, page = client_for(maria), f"/events/{event.slug}/edit/"

    answer = client.post(page, {**FILLED, "places_mentee": "1", "seen": seen_on(client, page)})

    assert answer.status_code == 409
    assert [error.code for error in answer.context["form"].errors.as_data()["places_mentee"]] == ["places_taken"]


def test_cancelling_asks_for_a_reason(event, maria, client_for):
    client, page = client_for(maria), f"/events/{event.slug}/cancel/"
    seen = seen_on(client, page)

    assert client.post(page, {"reason": " ", "seen": seen}).status_code == 422
    client.post(page, {"reason": "Flood", "seen": seen})

    assert (Event.objects.get().state, Event.objects.get().reason) == (EventState.CANCELLED, "Flood")


def test_a_draft_is_deleted_and_has_no_page_for_others_afterwards(maria, bob, client_for):
    draft = make_event(maria, is_open=False)
    client, address = client_for(maria), f"/events/{draft.slug}/"
    assert f"{address}cancel/" in links_in(markup_of(client.get(address)))
    seen = seen_on(client, f"{address}cancel/")

    stale = client.post(f"{address}cancel/", {"seen": "0"})
    assert (stale.status_code, Event.objects.count()) == (409, 1)
    done = client.post(f"{address}cancel/", {"seen": seen})

    assert (done.url, Event.objects.count()) == ("/events/", 0)
    assert {client_for(person).get(address).status_code for person in (maria, bob)} == {404}
    assert client.post(f"{address}cancel/", {"seen": seen}).status_code == 404


def test_only_a_draft_is_deleted_and_only_what_people_know_is_cancelled(maria, event):
    draft = make_event(maria, is_open=False, title="A draft")

    with pytest.raises(EventError) as known:
        delete_draft(event=event)
    with pytest.raises(EventError) as unknown:
        cancel_event(event=draft, reason="Flood", now=NOW)
    delete_draft(event=draft)
    delete_draft(event=draft)

    assert (known.value.code, unknown.value.code) == ("closed", "draft")
    assert list(Event.objects.all()) == [event]


def test_mentors_are_found_however_accents_are_typed(event, alice, topic):
    User.objects.filter(pk=alice.pk).update(name="Alícia Łukaszewska")
    Topic.objects.filter(pk=topic.pk).update(name="Écriture")
    MentorProfile.objects.filter(person=alice).update(headline="Résumés and CVs")
    alice.mentor_profile.topics.set([topic])

    words = ("alicia", "LUKASZ", "ecriture", "resumes and", "nobody", "%", "(")

    assert [bool(find_mentors(event, one)) for one in words] == [True, True, True, True, False, False, False]


def test_mentors_are_found_by_name_and_topic_and_invited(event, maria, alice, topic, client_for):
    alice.mentor_profile.topics.set([topic])
    client, page = client_for(maria), f"/events/{event.slug}/people/"

    found = [client.get(f"{page}?q={words}").context["found"] for words in ("ali", topic.name[:4], "nobody")]
    client.post(f"{page}invite/", {"mentor": [alice.mentor_profile.slug]})

    assert found == [[alice.mentor_profile], [alice.mentor_profile], []]
    assert Registration.objects.get().state == RegistrationState.INVITED
    assert client.get(f"{page}?q=ali").context["found"] == []


def test_somebody_is_taken_off_the_list_with_a_second_press(event, maria, bob, client_for):
    """Whom the team removes can't come back, so a slip of the finger doesn't do it."""
    registration = come(event, bob)
    client, address = client_for(maria), f"/events/{event.slug}/people/{registration.uuid}/remove/"

    asked = client.post(address)
    registration.refresh_from_db()
    assert (asked.status_code, registration.state) == (200, RegistrationState.IN)
    assert (forms_in(markup_of(asked)), choices_in(markup_of(asked), "sure")) == ([address], ["yes"])

    client.post(address, {"sure": "yes"})
    registration.refresh_from_db()
    assert registration.state == RegistrationState.REMOVED


def test_a_plan_is_asked_for_looked_at_edited_and_published(event, maria, alice, client_for):
    for guest in make_guests(2):
        come(event, guest)
    come(event, alice, side=Side.MENTOR)
    client, page = client_for(maria), f"/events/{event.slug}/plan/"

    client.post(page, {"ask": "1"})
    assert client.get(page).context["page"].asked is not None
    solve_asked(now=NOW)
    plan = Plan.objects.get()
    mentee, mentor = plan.meetings[0][:2]
    meeting = f"{page}{plan.number}/{mentee}-{mentor}/"
    shown = client.post(meeting, {"change": "free"})
    assert [(before, after) for _name, before, after in shown.context["effect"].counts] == [(1, 0), (2, 1)]
    assert Plan.objects.count() == 1
    client.post(meeting, {"change": "free", "sure": "1"})
    client.post(page, {"publish": "1", "number": "2"})

    assert Plan.objects.get(number=2).state == PlanState.PUBLISHED
    assert Event.objects.get().state == EventState.SCHEDULED
    shown = client.get(page).context["page"]
    assert (len(shown.without), shown.is_outdated) == (1, False)
    assert len(client.get(f"/events/{event.slug}/print/").context["cards"]) == 3


def test_a_person_sees_their_own_timetable(event, maria, alice, bob, client_for):
    come(event, bob)
    come(event, alice, side=Side.MENTOR)
    client = client_for(maria)
    client.post(f"/events/{event.slug}/plan/", {"ask": "1"})
    solve_asked(now=NOW)
    client.post(f"/events/{event.slug}/plan/", {"publish": "1", "number": "1"})

    rows = client_for(bob).get(f"/events/{event.slug}/timetable/").context["rows"]

    assert [row.partner.board_name for row in rows if row.partner] == ["Alice"]
    assert [row.table for row in rows if row.partner] == ["Table 1"]


def test_wishes_are_saved_by_the_page_and_mentors_see_no_names(event, alice, bob, client_for):
    guest, mentor = come(event, bob), come(event, alice, side=Side.MENTOR)
    page = f"/events/{event.slug}/wishes/"

    client_for(bob).post(page, {f"wish_{mentor.pk}": "must"})
    client_for(alice).post(page, {f"wish_{guest.pk}": "like"})

    assert set(event.wishes.values_list("by", "about", "kind")) == {
        (guest.pk, mentor.pk, "must"),
        (mentor.pk, guest.pk, "like"),
    }
    seen = markup_of(client_for(alice).get(page))
    assert "Which offer do I take?" in seen
    assert "Bob" not in seen


def test_too_many_wishes_are_refused_and_kept_on_the_page(event, alice, bob, client_for):
    come(event, bob)
    mentor = come(event, alice, side=Side.MENTOR)
    page = f"/events/{event.slug}/wishes/"

    answer = client_for(bob).post(page, {f"wish_{mentor.pk}": "dance"})

    assert answer.status_code == 422
    assert not event.wishes.exists()
