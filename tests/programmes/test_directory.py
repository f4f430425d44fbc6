"""Who sees the mentors of a programme whose directory is for its members: everywhere the same, and at once."""

import re
from datetime import timedelta
from random import Random
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.audience import is_shown_to
from mentors.models import MentorProfile, Offer, Topic
from mentors.saved import save_mentor
from mentors.services import reinstate_profile, suspend_profile
from notifications.models import Notification
from notifications.registry import Message
from programmes.audiences import EVERYONE, sees_sql
from programmes.changes import change_state, copy_programme, state_mark
from programmes.choices import show_outside
from programmes.members import bring_back, leave, remove_member
from programmes.models import Directory, Membership, Programme, ProgrammeState, RuleChange
from programmes.notices import News, render_membership_email
from programmes.rules import Rules, change_rules, foresee, rules_mark, rules_of
from search.criteria import SearchCriteria
from search.entrances import list_entrances
from search.finding import find_mentors
from search.indexing import add_missing_rows, refresh_stale_rows, write_profiles
from search.models import MentorIndex
from search.written_search import find_writers
from sessions_app.booking.changes import cancel_booking
from sessions_app.mentor_rows import find_mentor
from sessions_app.questions.limits import why_not_book
from tests.conftest import NOW, make_mentor, make_person
from tests.markup import links_in, markup_of, parts_in
from tests.programmes.making import let_in, make_programme
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
CANARY = "Quilla Canary"
HIDDEN = Rules(directory=Directory.MEMBERS)


@pytest.fixture(autouse=True)
def _own_files(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


def switch(programme: Programme, by: User, directory: str = Directory.MEMBERS) -> bool:
    given = Rules(directory=directory)
    return change_rules(programme=programme, given=given, by=by, now=NOW, seen=rules_mark(programme))


@pytest.fixture
def canary(programme, alice) -> MentorProfile:
    """Mentors in a programme whose directory is for members: by times, and in writing."""
    profile = make_mentor(make_person("quilla@example.org", CANARY), headline="Keeper of canaries")
    Offer.objects.create(profile=profile, format="writing")
    let_in(profile.person, programme, alice, gives=True, asks=False)
    write_profiles([profile.pk])
    switch(programme, alice)
    profile.person.refresh_from_db()
    return profile


@pytest.fixture
def member(programme, alice, bob) -> User:
    let_in(bob, programme, alice)
    bob.refresh_from_db()
    return bob


def pages_of(profile: MentorProfile) -> dict[str, str]:
    """Every page that shows one mentor to who asks for it by its address."""
    slug = profile.slug
    return {
        **{name: reverse(name, args=[slug]) for name in ("mentor_detail", "api_mentor", "api_slots")},
        "card": reverse("mentor_card", args=[slug, 1]),
        "report": reverse("report", args=["profile", slug]),
    }


def statuses(client: Client, profile: MentorProfile) -> dict[str, int]:
    offer = profile.offers.timed().get()
    more = {"api_slots": f"?offer={offer.uuid}&from=2026-11-25&to=2026-11-27&timezone=Europe/London"}
    answers = {name: client.get(page + more.get(name, "")) for name, page in pages_of(profile).items()}
    for answer in answers.values():
        answer.getvalue()  # to the end, which closes its file
    return {name: answer.status_code for name, answer in answers.items()}


def test_members_see_them_and_for_others_they_do_not_exist(canary, member, charlie, client_for):
    visitors_login = 302  # a report is for people who have signed in
    assert set(statuses(client_for(member), canary).values()) == {200}
    assert set(statuses(client_for(canary.person), canary).values()) <= {200, 404}
    assert client_for(canary.person).get(reverse("mentor_detail", args=[canary.slug])).status_code == 200
    assert set(statuses(client_for(charlie), canary).values()) == {404}
    assert statuses(Client(), canary) == dict.fromkeys(pages_of(canary), 404) | {"report": visitors_login}


def not_found_page(client: Client, slug: str) -> str:
    """Without what differs from one answer to the next."""
    page = client.get(reverse("mentor_detail", args=[slug])).content.decode().replace(slug, "")
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page)


def test_the_answer_to_others_is_that_to_an_address_that_does_not_exist(canary, charlie, client_for):
    for client in (Client(), client_for(charlie)):
        hidden, unknown = (not_found_page(client, slug) for slug in (canary.slug, "nobody-of-this-name"))
        assert hidden == unknown
        assert not set(parts_in(hidden)).isdisjoint({"sign-in", "account"})


def posts_about(profile: MentorProfile) -> dict[str, tuple[str, dict[str, str]]]:
    slug, offer = profile.slug, profile.offers.timed().get()
    said = {"question": "How do I say no?", "key": "k" * 32, "offer": str(offer.uuid), "start": THURSDAY.isoformat()}
    return {
        "book": (reverse("book", args=[slug]), said),
        "ask": (reverse("ask", args=[slug]), said),
        "save": (reverse("save_mentor"), {"save": slug}),
        "wait": (reverse("wait"), {"q": "How do I say no?", "mentor": slug}),
    }


def test_nothing_can_be_done_with_them_by_others(canary, charlie, client_for):
    for client in (Client(), client_for(charlie)):
        answers = {name: client.post(*said).status_code for name, said in posts_about(canary).items()}
        assert answers == dict.fromkeys(posts_about(canary), 404)


def test_lists_and_searches_hold_them_for_members_only(canary, member, charlie, client_for):
    lists = ["mentor_list", "api_mentors", "home"]
    for client, is_shown in ((client_for(member), True), (client_for(charlie), False), (Client(), False)):
        shown = {name: CANARY in client.get(reverse(name)).content.decode() for name in lists}
        assert shown["mentor_list"] is shown["api_mentors"] is is_shown
        assert is_shown or not shown["home"]
    for reader, is_shown in ((member, True), (charlie, False), (None, False)):
        found = find_mentors(SearchCriteria(later=True), zone="Europe/London", now=NOW, mentee=reader)
        writers = find_writers(SearchCriteria(format="writing"), now=NOW, mentee=reader)
        assert (canary.pk in [one.profile.pk for one in found.matches]) is is_shown
        assert (canary.pk in [one.profile.pk for one in writers.writers]) is is_shown


def test_a_topic_that_only_they_know_is_no_entrance_for_everyone(canary):
    root = Topic.objects.create(name="Birds", slug="birds")
    canary.topics.add(Topic.objects.create(name="Canaries", slug="canaries", parent=root))
    write_profiles([canary.pk])
    refresh_stale_rows(now=NOW)

    assert "canaries" not in [entrance.slug for entrance in list_entrances(most=50)]
    Membership.objects.filter(person=canary.person).update(shown_outside=True)
    assert "canaries" in [entrance.slug for entrance in list_entrances(most=50)]


def test_no_crawler_hears_of_them(canary):
    pages = [Client().get("/sitemap.xml").content, Client().get("/sitemap-mentors.xml").content]
    assert not any(canary.slug in page.decode() for page in pages)


def test_a_saved_mentor_who_is_hidden_is_gone_for_who_saved_them(programme, alice, charlie, client_for):
    profile = make_mentor(make_person("quilla@example.org", CANARY))
    let_in(profile.person, programme, alice, gives=True, asks=False)
    save_mentor(profile=profile, person=charlie, now=NOW)
    client = client_for(charlie)
    assert CANARY in client.get(reverse("saved_mentors")).content.decode()

    switch(programme, alice)
    page = client.get(reverse("saved_mentors"))
    assert CANARY not in page.content.decode()
    assert "gone" in parts_in(markup_of(page))


def test_the_switch_works_at_once_is_noted_and_says_first_whom_it_hides(programme, alice, bob, client_for):
    profile = make_mentor(make_person("quilla@example.org", CANARY))
    let_in(profile.person, programme, alice, gives=True, asks=False)
    page, client = reverse("programme_rules", args=[programme.slug]), client_for(alice)
    sent = {"only_seen": "on", "seen": rules_mark(programme)}

    shown = client.post(page, sent)
    assert (shown.status_code, "effect" in parts_in(markup_of(shown))) == (200, True)
    effect = foresee(programme, HIDDEN, now=NOW)
    assert (effect.hidden, effect.shown) == (1, 0)
    assert client_for(bob).get(reverse("mentor_detail", args=[profile.slug])).status_code == 200

    assert client.post(page, sent | {"foreseen": effect.mark}).status_code == 302
    assert client_for(bob).get(reverse("mentor_detail", args=[profile.slug])).status_code == 404
    [noted] = RuleChange.objects.all()
    assert (noted.by, noted.rules["directory"]) == (alice, "members")

    programme.refresh_from_db()
    back = foresee(programme, Rules(), now=NOW)
    assert (back.hidden, back.shown) == (0, 1)


def test_an_old_page_switches_nothing_and_a_copy_has_the_same_directory(programme, alice, client_for):
    before = rules_mark(programme)
    switch(programme, alice)

    sent = {"most_open": "3", "seen": before}
    assert client_for(alice).post(reverse("programme_rules", args=[programme.slug]), sent).status_code == 409
    programme.refresh_from_db()
    assert rules_of(programme) == HIDDEN
    assert copy_programme(programme=programme, by=alice, now=NOW).directory == Directory.MEMBERS


def test_a_mentor_chooses_to_be_seen_by_everyone(canary, programme, charlie, client_for):
    page, theirs = reverse("programme_shown", args=[programme.slug]), client_for(canary.person)
    assert "shown" in parts_in(markup_of(theirs.get(reverse("programme", args=[programme.slug]))))

    assert theirs.post(page, {"shown": "on"}).status_code == 302
    assert client_for(charlie).get(reverse("mentor_detail", args=[canary.slug])).status_code == 200
    assert theirs.post(page, {}).status_code == 302
    assert client_for(charlie).get(reverse("mentor_detail", args=[canary.slug])).status_code == 404


def text_of(news: News) -> str:
    mail = render_membership_email(Notification.objects.get(kind=news), NOW)
    assert isinstance(mail, Message)
    return " ".join(mail.text.split())


def test_who_is_shown_to_everyone_by_leaving_is_told(canary, programme, alice, client_for):
    client = client_for(canary.person)
    answer = client.post(reverse("programme_leave", args=[programme.slug]), follow=True)
    assert len(answer.context["messages"]) == 2
    assert canary.is_seen_by(None)

    let_in(canary.person, programme, alice, gives=True, asks=False)
    remove_member(programme=programme, person=canary.person, by=alice, now=NOW)
    removed = text_of(News.REMOVED)
    bring_back(programme=programme, person=canary.person, by=alice, now=NOW)
    let_back = text_of(News.IN)

    # In a programme whose directory is public, the same mails have a sentence less.
    Programme.objects.update(directory=Directory.PUBLIC)
    assert len(text_of(News.IN)) < len(let_back)
    remove_member(programme=programme, person=canary.person, by=alice, now=NOW)
    newest = Notification.objects.filter(kind=News.REMOVED).latest("pk")
    Notification.objects.filter(kind=News.REMOVED).exclude(pk=newest.pk).delete()
    assert len(text_of(News.REMOVED)) < len(removed)


def test_who_mentors_elsewhere_too_is_seen_by_everyone(canary, other, dora, charlie):
    assert not canary.is_seen_by(charlie)
    let_in(canary.person, other, dora, gives=True, asks=False)
    assert canary.is_seen_by(charlie)
    switch(other, dora)
    assert not canary.is_seen_by(charlie)


def test_a_pair_that_has_met_keeps_its_pages_and_books_nothing_new(programme, alice, charlie, client_for):
    profile = make_mentor(make_person("quilla@example.org", CANARY))
    booking = book(profile.offers.get(), charlie, THURSDAY)
    let_in(profile.person, programme, alice, gives=True, asks=False)
    switch(programme, alice)
    profile.person.refresh_from_db()
    client, link = client_for(charlie), reverse("mentor_detail", args=[profile.slug])

    session = client.get(reverse("session", args=[booking.uuid]))
    assert (session.status_code, link in session.content.decode()) == (200, False)
    assert client.get(reverse("thread", args=[booking.engagement.uuid])).status_code == 200
    assert client.get(reverse("session_move", args=[booking.uuid])).status_code == 200

    cancel_booking(booking=booking, by=profile.person, reason="ill", now=NOW)
    assert link not in client.get(reverse("session", args=[booking.uuid])).content.decode()
    assert why_not_book(charlie, profile, now=NOW).code == "programme"


def test_a_photo_is_for_who_has_signed_in_and_no_cache_keeps_it(canary, charlie, client_for, tmp_path):
    (tmp_path / "photos").mkdir()
    canary.photo.name = "photos/abc.webp"
    canary.save()
    for name in tmp_path.glob("*"):
        for size in (96, 256):
            (name / f"abc-{size}.webp").write_bytes(b"x")
    page = canary.thumbnail_url

    assert Client().get(page).status_code == 404
    answer = client_for(charlie).get(page)
    assert answer.getvalue() == b"x"
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")


def slow_audience(person: User) -> list[int]:
    gives = Membership.objects.filter(person=person, state="live", gives=True).select_related("programme")
    if all(one.programme.directory == "members" and not one.shown_outside for one in gives) and gives:
        return sorted(one.programme_id for one in gives)
    return [EVERYONE]


def check_audiences(profiles: list[MentorProfile], readers: list[User | None]) -> None:
    """The index, the database's function, querysets, search and a slow reading say the same."""
    expected = {profile.person_id: slow_audience(profile.person) for profile in profiles}
    assert dict(MentorIndex.objects.values_list("person", "audience")) == {
        profile.person_id: expected[profile.person_id] for profile in profiles if profile.state == "approved"
    }
    for reader in readers:
        names = {EVERYONE, *Membership.objects.filter(person=reader, state="live").values_list("programme", flat=True)}
        seen = {profile.pk for profile in profiles if names & set(expected[profile.person_id])}
        public = {profile.pk for profile in profiles if profile.state == "approved"}
        assert set(MentorProfile.objects.seen_by(reader).values_list("pk", flat=True)) == seen & public
        with connection.cursor() as cursor:
            asked = {"reader": reader.pk if reader else None, "people": [one.person_id for one in profiles]}
            sees = sees_sql("%(reader)s::bigint" if reader else None, "one")
            cursor.execute(f"SELECT one, {sees} FROM unnest(%(people)s::bigint[]) AS one", asked)  # noqa: S608
            answers = dict(cursor.fetchall())
        assert answers == {profile.person_id: profile.pk in seen for profile in profiles}
        assert answers == {one.person_id: is_shown_to(reader, one.person_id) for one in profiles}
        assert {one.pk for one in profiles if find_mentor(one.slug, reader=reader)} == seen & public
        reader = reader and User.objects.get(pk=reader.pk)
        found = find_mentors(SearchCriteria(later=True), zone="Europe/London", now=NOW, mentee=reader)
        bookable = {
            profile.pk
            for profile in profiles
            if profile.pk in seen & public and profile.person_id != (reader and reader.pk)
        }
        assert {match.profile.pk for match in found.matches} == bookable


def test_a_sessions_page_leads_to_its_mentor_while_the_reader_sees_them(
    programme, alice, bob, offer, client_for, django_assert_max_num_queries
):
    booking = book(offer, bob)
    session, mentor = (reverse("session", args=[booking.uuid]), reverse("mentor_detail", args=[offer.profile.slug]))

    def leads() -> bool:
        client = client_for(bob)
        client.get(session)  # prepares the statements
        with django_assert_max_num_queries(8):
            page = markup_of(client.get(session))
        assert User.objects.get(pk=bob.pk).is_in_programmes == is_member
        assert MentorProfile.objects.get(pk=offer.profile.pk).is_seen_by(bob) == (mentor in links_in(page))
        return mentor in links_in(page)

    is_member = False
    assert leads()
    let_in(alice, programme, alice, gives=True)
    switch(programme, alice)
    assert not leads()
    let_in(bob, programme, alice)
    is_member = True
    assert leads()
    MentorProfile.objects.filter(pk=offer.profile.pk).update(state="suspended")
    assert not leads()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_index_says_who_sees_whom(programme, other, alice, dora, bob, maria, seed):
    rng = Random(seed)
    managers = {programme.pk: alice, other.pk: dora}
    people = [make_person(f"mentor{number}@example.org", f"Mentor {number}") for number in range(3)]
    profiles = [make_mentor(person) for person in people]
    MentorProfile.objects.exclude(person__in=people).update(state="draft")
    MentorIndex.objects.exclude(person__in=people).delete()
    add_missing_rows()

    def act() -> None:
        one, person, profile = rng.choice([programme, other]), rng.choice([*people, bob]), rng.choice(profiles)
        one.refresh_from_db()
        profile.refresh_from_db()
        by, theirs = managers[one.pk], Membership.objects.filter(programme=one, person=person).first()
        name = rng.choice(["in", "in", "out", "switch", "switch", "choose", "state", "profile", "refresh"])
        if name == "in" and (theirs is None or theirs.state == "left") and one.state == ProgrammeState.OPEN:
            let_in(person, one, by, gives=person is not bob or rng.random() < 0.3)
        elif name == "in" and theirs is not None and theirs.state == "removed" and one.state == ProgrammeState.OPEN:
            bring_back(programme=one, person=person, by=by, now=NOW)
        elif name == "out" and theirs is not None:
            if rng.random() < 0.5:
                leave(person=person, programme=one, now=NOW)
            else:
                remove_member(programme=one, person=person, by=by, now=NOW)
        elif name == "switch":
            switch(one, by, rng.choice([Directory.MEMBERS, Directory.MEMBERS, Directory.PUBLIC]))
        elif name == "choose":
            show_outside(programme=one, person=person, is_shown=rng.random() < 0.5)
        elif name == "state":
            to = {"open": ProgrammeState.ARCHIVED, "archived": ProgrammeState.CLOSED, "closed": ProgrammeState.OPEN}
            change_state(programme=one, state=to[one.state], by=by, seen=state_mark(one))
        elif name == "profile":
            decide = suspend_profile if profile.state == "approved" else reinstate_profile
            decide(profile=profile, by=maria, now=NOW, **({"reason": "x"} if decide is suspend_profile else {}))
        elif name == "refresh":
            refresh_stale_rows(now=NOW)

    for _step in range(30):
        act()
        for profile in profiles:
            profile.refresh_from_db()
        check_audiences(profiles, [None, bob, *people])


def test_the_end_of_a_programme_shows_nobody_to_more_people(canary, programme, member, charlie):
    programme.refresh_from_db()
    programme.last_day = programme.first_day
    programme.save()
    much_later = NOW + timedelta(days=200)

    assert programme.stage_at(much_later) == "over"
    assert canary.is_seen_by(member)
    assert not canary.is_seen_by(charlie)
    found = find_mentors(SearchCriteria(later=True), zone="Europe/London", now=NOW + timedelta(days=3), mentee=charlie)
    assert canary.pk not in [one.profile.pk for one in found.matches]


def test_an_index_that_is_out_of_date_shows_nobody(canary, charlie):
    """A copy that says too much is caught by what the memberships say now, and mended by the next look."""
    MentorIndex.objects.filter(profile=canary).update(audience=[EVERYONE])

    found = find_mentors(SearchCriteria(later=True), zone="Europe/London", now=NOW, mentee=charlie)
    writers = find_writers(SearchCriteria(format="writing"), now=NOW, mentee=charlie)
    assert canary.pk not in [one.profile.pk for one in (*found.matches, *writers.writers)]
    refresh_stale_rows(now=NOW)
    assert MentorIndex.objects.get(profile=canary).audience != [EVERYONE]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_join_first", [True, False], ids=["join first", "switch first"])
def test_who_joins_while_the_directory_is_switched_has_the_right_audience(is_join_first, maria, alice):
    programme = make_programme(alice, maria)
    profile = make_mentor(make_person("quilla@example.org", CANARY))
    add_missing_rows()

    acts = [lambda: let_in(profile.person, programme, alice, gives=True, asks=False), lambda: switch(programme, alice)]
    first, second = acts if is_join_first else reversed(acts)

    def act_in_a_thread() -> None:
        try:
            second()
        finally:
            connection.close()

    with transaction.atomic():
        first()
        thread = Thread(target=act_in_a_thread)
        thread.start()
        thread.join(timeout=0.5)  # it waits for the first to commit, or has nothing to wait for
    thread.join(timeout=30)

    assert not thread.is_alive()
    assert MentorIndex.objects.get(profile=profile).audience == [programme.pk]
