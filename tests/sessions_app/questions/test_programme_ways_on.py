"""What is left to someone whom a rule of a programme refuses: questions in writing, other mentors, freed time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sessions_app.availability.timetable import load_timetable_for
from sessions_app.errors import SessionError
from sessions_app.models import HeldTime, WaitlistEntry
from sessions_app.questions.limits import why_not_book
from sessions_app.questions.suggestions import people_for
from sessions_app.waiting.acts import wait_for_help, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import elements_of, markup_of, part_in, parts_in, refusals_in
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.programmes import let_in, make_programme
from tests.sessions_app.helpers.written import ask, writes

pytestmark = pytest.mark.django_db
KNOWN = ("Naming my ferret", "Two", "Three")


@pytest.fixture
def theirs(alice, bob):
    """alice mentors in it and bob looks for mentors; others can't book alice."""
    programme = make_programme(1, others_book_ours=False)
    let_in(alice, programme, gives=True)
    let_in(bob, programme, asks=True)
    for person in (alice, bob):
        person.refresh_from_db()
    return programme


@pytest.fixture
def used_up(theirs, offer, bob):
    """bob has used up what his programme allows, with another mentor of it."""
    theirs.most_sessions = 1
    theirs.save()
    other = make_mentor(make_person("olga@example.org", "Olga Other"), asks=KNOWN)
    let_in(other.person, theirs, gives=True)
    book(other.offers.get(), bob)
    return theirs


def test_a_question_in_writing_meets_the_rule_about_whom_and_no_limit(used_up, offer, bob, charlie):
    in_writing = writes(offer.profile)

    assert why_not_book(bob, offer.profile, now=NOW).code == "quota"
    assert ask(in_writing, bob).mentee == bob
    with pytest.raises(SessionError) as refused:
        ask(in_writing, charlie)
    assert refused.value.code == "programme"


def test_members_and_others_who_wait_for_help_get_mentors_whom_they_can_book(theirs, charlie, bob):
    inside = make_mentor(make_person("ines@example.org", "Ines Inside"), asks=KNOWN)
    let_in(inside.person, theirs, gives=True)
    for person in (charlie, bob):
        wait_for_help(words=KNOWN[0], filters="", person=person, now=NOW)
    WaitlistEntry.objects.update(known=[])  # all of it came free later

    assert hand_out_freed_time(now=NOW) == 1
    held = HeldTime.objects.get()
    assert (held.person, held.booking.mentor) == (bob, inside.person)


def test_who_waits_for_a_mentor_gets_nothing_once_a_rule_keeps_them_out(offer, charlie):
    wait_for_mentor(profile=offer.profile, words=QUESTION, known=(), person=charlie, now=NOW)
    let_in(offer.profile.person, make_programme(1, others_book_ours=False), gives=True)

    assert hand_out_freed_time(now=NOW + timedelta(minutes=1)) == 0
    assert not HeldTime.objects.exists()


def test_a_used_up_limit_of_a_programme_leaves_mentors_outside_to_who_waits(used_up, bob):
    used_up.most_open = 1
    used_up.save()
    soonest = {"windows": [(day, 0, 1440) for day in range(1, 8)], "notice": 0, "asks": KNOWN}
    inside = make_mentor(make_person("ines@example.org", "Ines Inside"), **soonest)
    let_in(inside.person, used_up, gives=True)
    outside = make_mentor(make_person("otto@example.org", "Otto Outside"), asks=KNOWN)
    wait_for_help(words=KNOWN[0], filters="", person=bob, now=NOW)
    WaitlistEntry.objects.update(known=[])  # all of it came free later

    assert hand_out_freed_time(now=NOW) == 1
    assert HeldTime.objects.get().booking.mentor == outside.person


def test_who_is_suggested_can_be_booked(used_up, offer, bob):
    outside = make_mentor(make_person("otto@example.org", "Otto Outside"), asks=KNOWN)
    inside = make_mentor(make_person("ines@example.org", "Ines Inside"), asks=KNOWN)
    let_in(inside.person, used_up, gives=True)
    asked = {"zone": "Europe/London", "now": NOW, "without": offer.profile, "count": 3}

    assert [free.profile for free in people_for(KNOWN[0], mentee=bob, **asked)] == [outside]
    used_up.most_sessions = None
    used_up.save()
    assert {free.profile for free in people_for(KNOWN[0], mentee=bob, **asked)} == {outside, inside}


def test_who_is_kept_out_sees_why_and_others_who_can_help(theirs, offer, charlie, client_for, client, now):
    other = make_mentor(make_person("otto@example.org", "Otto Outside"), asks=KNOWN)
    address = reverse("mentor_detail", args=[offer.profile.slug])
    for reader, is_visitor in ((client, True), (client_for(charlie), False)):
        page = markup_of(reader.get(address, {"q": KNOWN[0]}))

        assert refusals_in(page) == ["programme"]
        assert "no-times" not in parts_in(page)
        leads_to = [link.attributes["href"] for link in elements_of(page, "a") if "href" in link.attributes]
        assert any(href.startswith(f"/mentors/{other.slug}/") and "t=" in href for href in leads_to)
        assert any(href.startswith(f"{reverse('account_login')}?next=") for href in leads_to) == is_visitor


def test_a_refused_form_keeps_its_question_in_the_ways_on(theirs, offer, charlie, client_for, now):
    sent = {"offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": "May I bring it?", "key": "k"}
    answer = client_for(charlie).post(reverse("book", args=[offer.profile.slug]), sent)

    assert answer.status_code == 409
    links = elements_of(markup_of(answer), "a")
    assert f"{reverse('mentor_list')}?q=May%20I%20bring%20it%3F" in [link.attributes.get("href") for link in links]


def test_a_used_up_quota_leads_to_a_question_in_writing(used_up, offer, bob, client_for, now):
    writes(offer.profile)
    reader = client_for(bob)
    page = markup_of(reader.get(reverse("mentor_detail", args=[offer.profile.slug])))

    [form] = [one for one in elements_of(page, "form") if one.attributes.get("id") == "book"]
    assert form.attributes["action"] == reverse("ask", args=[offer.profile.slug])
    assert refusals_in(page) == ["quota"]
    assert reader.post(form.attributes["action"], {"question": QUESTION, "key": "k"}).status_code == 302


def test_a_member_who_finds_their_mentors_only_is_told_so_in_search(theirs, bob, charlie, client_for, now):
    make_mentor(make_person("otto@example.org", "Otto Outside"), asks=KNOWN)
    page = reverse("mentor_list")
    assert "narrowing" not in parts_in(markup_of(client_for(bob).get(page)))

    theirs.members_book_outside = False
    theirs.save()
    for searched in ({}, {"q": KNOWN[0]}):
        assert theirs.name in part_in(markup_of(client_for(bob).get(page, searched)), "narrowing")
    assert "narrowing" not in parts_in(markup_of(client_for(charlie).get(page)))
    theirs.state = "archived"
    theirs.save()
    assert "narrowing" not in parts_in(markup_of(client_for(bob).get(page)))


def test_times_for_a_member_take_one_more_statement_and_for_others_none(theirs, bob, charlie):
    profile = make_mentor(make_person("otto@example.org", "Otto Outside"))

    def count(reader) -> int:
        with CaptureQueriesContext(connection) as asked:
            load_timetable_for(reader, profile, now=NOW)
        return len(asked)

    count(charlie)
    assert count(bob) == count(charlie) + 1
