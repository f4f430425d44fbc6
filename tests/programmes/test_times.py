"""What programmes leave of a mentor's offers and times: kinds of sessions, minutes in a week, first-timers first."""

from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.urls import reverse

from programmes.choices import set_minutes
from programmes.models import Membership
from programmes.rules import Rules, foresee
from sessions_app.availability.pair_rules import kept_of
from sessions_app.availability.timetable import load_timetable_for
from sessions_app.booking.book import book_session
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.errors import SessionError
from sessions_app.models import Booking
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import markup_of, problems_in, refusals_in
from tests.programmes.making import let_in
from tests.sessions_app.helpers.programmes import let_in as let_in_row
from tests.sessions_app.helpers.programmes import make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SAID = BriefInput(question="How do I say no?")
MORNINGS = [(day, 540, 720) for day in range(1, 8)]
TWO_DAYS = timedelta(hours=48)


def mentor_in(programme, **more):
    person = make_person("mina@example.org", "Mina Mentor")
    profile = make_mentor(person, windows=MORNINGS, length=25, instant=True, buffer=0, notice=0, horizon_days=30)
    let_in_row(person, programme, gives=True, **more)
    return type(profile).objects.select_related("person").get(pk=profile.pk)


def mentee_in(programme, name="mo"):
    person = make_person(f"{name}@example.org", f"{name.title()} Mentee")
    let_in_row(person, programme, asks=True)
    person.refresh_from_db()
    return person


def starts(profile, mentee, *, now=NOW, days=14):
    timetable = load_timetable_for(mentee, profile, now=now)
    return [slot.start for slot in timetable.slots(length=25, now=now, first=now, last=now + timedelta(days=days))]


def take(profile, mentee, start, *, now=NOW):
    return book_session(offer=profile.offers.get(), start=start, brief=SAID, mentee=mentee, now=now)


def refusal_of(profile, mentee, start, *, now=NOW):
    with pytest.raises(SessionError) as refused:
        take(profile, mentee, start, now=now)
    return refused.value


def had_a_session(profile, mentee, *, now=NOW):
    made = take(profile, mentee, starts(profile, mentee, now=now)[0], now=now)
    Booking.objects.filter(pk=made.pk).update(state="completed")


def in_week_of(start, others):
    return [one for one in others if one.isocalendar()[:2] == start.isocalendar()[:2]]


def test_a_mentors_minutes_are_used_up_for_the_week_alone_and_for_members_alone():
    programme = make_programme(1)
    profile, first, second = mentor_in(programme, minutes_a_week=40), mentee_in(programme), mentee_in(programme, "mia")
    start = starts(profile, first)[0]
    take(profile, first, start)

    left = starts(profile, second)
    assert left
    assert not in_week_of(start, left)
    outside = make_person("oda@example.org", "Oda Outside")
    assert in_week_of(start, starts(profile, outside))
    refused = refusal_of(profile, second, starts(profile, outside)[0])
    assert (refused.code, refused.earliest) == ("week_cap", left[0])
    take(profile, second, left[0])


@pytest.mark.django_db(transaction=True)
def test_two_bookings_at_once_never_pass_a_mentors_minutes():
    programme = make_programme(1)
    profile = mentor_in(programme, minutes_a_week=25)
    mentees = [mentee_in(programme, name) for name in ("mo", "mia", "max", "mei")]
    free, outcomes = in_week_of(NOW, starts(profile, None)), Counter()

    def race(mentee, start):
        try:
            take(profile, mentee, start)
            outcomes["booked"] += 1
        except SessionError as error:
            outcomes[error.code] += 1
        finally:
            connection.close()

    threads = [Thread(target=race, args=(mentee, free[number])) for number, mentee in enumerate(mentees)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes == {"booked": 1, "week_cap": 3}


def test_a_quarter_of_a_week_is_kept_for_people_without_a_session_lately():
    programme = make_programme(1, first_share=25)
    profile, old = mentor_in(programme), mentee_in(programme)
    had_a_session(profile, old)
    new = mentee_in(programme, "nia")

    free, left = starts(profile, new), starts(profile, old)
    kept = sorted(set(free) - set(left))
    far = [start for start in in_week_of(NOW, free) if start - NOW > TWO_DAYS]
    assert set(left) < set(free)
    assert len([start for start in kept if start in far]) == -(-len(far) // 4)
    assert all(start - NOW > TWO_DAYS for start in kept)
    assert refusal_of(profile, old, kept[0]).code == "kept_for_first"
    assert refusal_of(profile, old, kept[0]).earliest in left
    take(profile, new, kept[0])


def test_what_is_kept_opens_two_days_before_and_after_ninety_days_to_all():
    programme = make_programme(1, first_share=50)
    profile, old = mentor_in(programme), mentee_in(programme)
    had_a_session(profile, old)
    kept = sorted(set(starts(profile, None)) - set(starts(profile, old)))[0]

    assert kept in starts(profile, old, now=kept - TWO_DAYS)
    take(profile, old, kept, now=kept - TWO_DAYS)
    much_later = NOW + timedelta(days=100)
    Booking.objects.exclude(state="completed").update(state="cancelled")
    assert starts(profile, old, now=much_later) == starts(profile, None, now=much_later)


def test_the_same_times_stay_kept_when_another_is_booked():
    programme = make_programme(1, first_share=25)
    profile, old, new = mentor_in(programme), mentee_in(programme), mentee_in(programme, "nia")
    had_a_session(profile, old)
    kept = set(starts(profile, new)) - set(starts(profile, old))
    take(profile, new, min(set(starts(profile, old)) - {NOW}))

    assert len(kept - (set(starts(profile, None)) - set(starts(profile, old)))) <= 1


def test_a_hold_of_a_visitor_stands():
    programme = make_programme(1, first_share=50)
    profile, old = mentor_in(programme), mentee_in(programme)
    had_a_session(profile, old)
    kept = sorted(set(starts(profile, None)) - set(starts(profile, old)))[0]

    held = hold_slot(offer=profile.offers.get(), start=kept, brief=SAID, held_for="a", now=NOW)

    assert claim_hold(booking=held, mentee=old, now=NOW).start == kept


def test_nothing_is_kept_where_nothing_is_free():
    assert kept_of([], 25, now=NOW) == set()


@pytest.mark.parametrize("rules", [{"lengths": [45]}, {"formats": ["chat"]}], ids=["length", "format"])
def test_other_kinds_of_sessions_are_not_shown_and_not_booked(client_for, rules):
    programme = make_programme(1, **rules)
    profile, mentee = mentor_in(programme), mentee_in(programme)
    start = starts(profile, None)[0]

    assert refusal_of(profile, mentee, start).code == "session_kind"
    page = client_for(mentee).get(reverse("mentor_detail", args=[profile.slug]))
    assert refusals_in(markup_of(page)) == ["session_kind"]
    profile.offers.create(length=45, format="chat", title="Longer", position=2, issue_types=[])
    page = client_for(mentee).get(reverse("mentor_detail", args=[profile.slug]))
    assert refusals_in(markup_of(page)) == []
    assert page.context["page"].offers == [profile.offers.get(length=45)]


def test_the_page_of_rules_counts_mentors_who_offer_nothing_like_it(programme, alice):
    inside = make_mentor(make_person("ines@example.org", "Ines Inside"), length=25)
    let_in(inside.person, programme, alice, gives=True, asks=False)

    assert foresee(programme, Rules(lengths=[45]), now=NOW).without_offers == 1
    assert foresee(programme, Rules(lengths=[25]), now=NOW).without_offers == 0


def test_a_mentor_says_how_many_minutes_they_give(programme, alice, bob, client_for):
    mentoring = let_in(bob, programme, alice, gives=True)
    client, page = client_for(bob), reverse("programme_minutes", args=[programme.slug])

    assert client.post(page, {"minutes": "90"})["Location"] == reverse("programme", args=[programme.slug])
    mentoring.refresh_from_db()
    assert mentoring.minutes_a_week == 90
    bad = client.post(page, {"minutes": "5"})
    assert (bad.status_code, problems_in(markup_of(bad))) == (422, ["id_minutes"])
    client.post(page, {"minutes": ""})
    mentoring.refresh_from_db()
    assert mentoring.minutes_a_week is None


def test_who_mentors_nobody_in_it_says_nothing(programme, alice, bob, dora, client_for):
    let_in(bob, programme, alice)

    assert (
        client_for(bob).post(reverse("programme_minutes", args=[programme.slug]), {"minutes": "90"}).status_code == 404
    )
    assert not set_minutes(programme=programme, person=dora, minutes=90)
    assert not Membership.objects.exclude(minutes_a_week=None).exists()
