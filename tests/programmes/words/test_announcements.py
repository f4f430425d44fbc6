"""Announcements: who gets one, how often, that each gets it once, and what its pages and mails say."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from common.refusals import RefusalError
from notifications.models import Group, InboxItem, Notification, Preference
from notifications.preferences import preference_of, save_preference, switch_off, switch_on
from notifications.registry import Message, Nothing, kind_named
from programmes.managers import give_manager
from programmes.members import leave
from programmes.models import Announcement, Audience, Membership, Programme, ProgrammeState, Source
from programmes.words import announcing
from programmes.words.announcing import (
    Words,
    announce,
    announced_to,
    announcements_mark,
    count_readers,
    send_announcements,
)
from programmes.words.notices import ANNOUNCEMENT
from tests.conftest import NOW, make_person
from tests.form_codes import codes_of
from tests.markup import elements_in, elements_of, markup_of
from tests.programmes.making import make_programme
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)
TEXT = "We meet on Friday.\nBring a question."
LINK = "https://www.example.org/dates?when=friday"


def add_member(programme: Programme, person, *, gives=False, asks=True, **given) -> Membership:
    said = {"source": Source.LINK, "joined_at": NOW - DAY, **given}
    return Membership.objects.create(programme=programme, person=person, gives=gives, asks=asks, **said)


def send(programme, by, text=TEXT, audience=Audience.ALL, link="", now=NOW, seen=None) -> Announcement:
    words = Words(Audience(audience), text, link)
    return announce(programme=programme, given=words, by=by, now=now, seen=seen or announcements_mark(programme))


def told() -> list[str]:
    """The names of those who have a line, once for each line."""
    return sorted(InboxItem.objects.filter(kind=ANNOUNCEMENT).values_list("recipient__name", flat=True))


def mailed() -> list[str]:
    return sorted(Notification.objects.filter(kind=ANNOUNCEMENT).values_list("recipient__name", flat=True))


def code_of(act) -> str:
    with pytest.raises(RefusalError) as refused:
        act()
    return refused.value.code


@pytest.fixture
def members(programme) -> Programme:
    """Two who mentor, three who look for mentors, one who does both, and one who has left."""
    for name, gives, asks in (
        ("G1", True, False),
        ("G2", True, False),
        ("A1", False, True),
        ("A2", False, True),
        ("A3", False, True),
        ("Both", True, True),
    ):
        add_member(programme, make_person(f"{name.lower()}@x.test", name), gives=gives, asks=asks)
    gone = make_person("gone@x.test", "Gone")
    add_member(programme, gone)
    leave(person=gone, programme=programme, now=NOW)
    return programme


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        ("all", ["A1", "A2", "A3", "Both", "G1", "G2"]),
        ("gives", ["Both", "G1", "G2"]),
        ("asks", ["A1", "A2", "A3", "Both"]),
    ],
)
def test_it_tells_each_of_its_side_once(members, alice, audience, names):
    assert count_readers(members, alice)[audience] == len(names)
    made = send(members, alice, audience=audience)

    assert [send_announcements(now=NOW) for _again in range(3)] == [len(names), 0, 0]
    assert told() == names
    made.refresh_from_db()
    assert (made.reached, made.done_at) == (len(names), NOW)


def test_mail_comes_only_to_who_has_switched_it_on(members, alice):
    for name in ("A1", "G1"):
        switch_on(person=Membership.objects.get(person__name=name).person, group=Group.NEWS)
    switch_off(person=Membership.objects.get(person__name="G1").person, group=Group.NEWS)
    send(members, alice)

    send_announcements(now=NOW)

    assert (len(told()), mailed()) == (6, ["A1"])


def test_manager_who_is_a_member_is_not_told_what_they_wrote(members, alice):
    add_member(members, alice)
    send(members, alice)

    send_announcements(now=NOW)

    assert alice.name not in told()


def test_who_joins_after_it_was_sent_reads_it_on_the_page_only(members, alice, bob):
    send(members, alice)
    add_member(members, bob, joined_at=NOW + timedelta(seconds=1))

    send_announcements(now=NOW + timedelta(minutes=1))

    assert bob.name not in told()
    assert [one.text for one in announced_to(Membership.objects.get(programme=members, person=bob), 10)] == [TEXT]


def test_two_in_seven_days_and_the_next_when_the_first_is_a_week_old(members, alice):
    send(members, alice, "One")
    send(members, alice, "Two", now=NOW + DAY)

    with pytest.raises(RefusalError) as refused:
        send(members, alice, "Three", now=NOW + 2 * DAY)
    assert (refused.value.code, refused.value.wait) == ("too_many_announcements", 5 * DAY)
    assert code_of(lambda: send(members, alice, "Three", now=NOW + 7 * DAY - timedelta(seconds=1)))
    assert send(members, alice, "Three", now=NOW + 7 * DAY).pk
    assert code_of(lambda: send(members, alice, "Four", now=NOW + 7 * DAY)) == "too_many_announcements"


def test_second_press_sends_nothing_and_another_page_is_stale(members, alice, bob):
    give_manager(programme=members, person=bob, by=alice, now=NOW)
    seen = announcements_mark(members)
    first = send(members, alice, seen=seen)

    assert send(members, alice, seen=seen) == first
    assert code_of(lambda: send(members, alice, "Other words", seen=seen)) == "stale"
    assert code_of(lambda: send(members, bob, seen=seen)) == "stale"
    assert Announcement.objects.count() == 1


def test_what_cannot_be_sent_is_refused(programme, alice, bob):
    assert code_of(lambda: send(programme, alice)) == "no_readers"
    add_member(programme, bob)
    assert code_of(lambda: send(programme, alice, audience="gives")) == "no_readers"
    assert code_of(lambda: send(programme, alice, link="http://example.org/")) == "bad_link"
    for state, code in ((ProgrammeState.DRAFT, "programme_draft"), (ProgrammeState.ARCHIVED, "programme_over")):
        programme.state = state
        programme.save()
        assert code_of(lambda: send(programme, alice)) == code
    assert Announcement.objects.count() == 0


def test_only_managers_of_the_programme_send(members, other, bob, dora, maria):
    for person in (bob, dora, maria):
        with pytest.raises(PermissionDenied):
            send(members, person)


def test_database_keeps_no_empty_words(members, alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.create(programme=members, by=alice, at=NOW, audience="all", text="")


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_send_no_more_than_two(alice, maria, bob, charlie):
    programme = make_programme(alice, maria)
    add_member(programme, charlie)
    give_manager(programme=programme, person=bob, by=alice, now=NOW)
    send(programme, alice, "One")
    seen = announcements_mark(programme)

    # Each has the page as it is now, so all but one are late; without a look at the mark the limit holds as well.
    outcomes = race(
        [lambda by=by, n=n: send(programme, by, f"By {n}", seen=seen) for n, by in enumerate([alice, bob] * 3)]
    )
    assert outcomes == {"won": 1, "stale": 5}
    assert race([lambda n=n: send(programme, bob, f"More {n}") for n in range(4)]) == {"too_many_announcements": 4}
    assert Announcement.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_and_a_killed_one_tell_each_member_once(alice, maria, settings, monkeypatch):
    settings.ANNOUNCED_AT_ONCE = 7
    programme = make_programme(alice, maria)
    people = [make_person(f"p{n}@x.test", f"P{n:02}") for n in range(40)]
    for person in people:
        add_member(programme, person)
        if person.pk % 3 == 0:
            switch_on(person=person, group=Group.NEWS)
    send(programme, alice)
    whole, calls = announcing._tell, []

    def die_at_the_third(*args):
        whole(*args)
        calls.append(args)
        if len(calls) == 3:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(announcing, "_tell", die_at_the_third)
    with pytest.raises(Exception, match=r"terminat|closed"):
        send_announcements(now=NOW)
    connection.close()
    assert len(told()) == 14
    race([lambda: send_announcements(now=NOW)] * 4)

    assert told() == [person.name for person in people]
    assert mailed() == [person.name for person in people if person.pk % 3 == 0]
    made = Announcement.objects.get()
    assert (made.reached, made.done_at) == (40, NOW)


class TestMail:
    def render(self, person) -> Message | Nothing:
        row = Notification.objects.get(kind=ANNOUNCEMENT, recipient=person)
        return kind_named(ANNOUNCEMENT).render(row, NOW)

    def test_words_and_link_stand_in_both_parts(self, programme, alice, bob):
        add_member(programme, bob)
        switch_on(person=bob, group=Group.NEWS)
        send(programme, alice, "Tea & <b>cake</b>\nat four", link=LINK)
        send_announcements(now=NOW)

        said = self.render(bob)
        assert programme.name in said.subject
        assert "Tea & <b>cake</b>\nat four" in said.text
        assert f"{LINK}\n" in said.text
        assert "Tea &amp; &lt;b&gt;cake&lt;/b&gt;<br>at four" in said.html
        assert LINK in [one.attributes["href"] for one in elements_of(said.html, "a")]
        assert said.from_name == programme.name

    def test_who_has_left_gets_none(self, programme, alice, bob):
        add_member(programme, bob)
        switch_on(person=bob, group=Group.NEWS)
        send(programme, alice)
        send_announcements(now=NOW)
        leave(person=bob, programme=programme, now=NOW)

        assert isinstance(self.render(bob), Nothing)


class TestPreference:
    def test_off_at_first_and_on_once_chosen(self, bob, programme, client_for):
        add_member(programme, bob)
        bob.refresh_from_db()
        assert preference_of(bob).has_off(Group.NEWS)
        assert not preference_of(bob).has_off(Group.NUDGES)
        page = client_for(bob).get(reverse("notification_settings"))
        boxes = {one.attributes["value"]: one.attributes for one in elements_of(markup_of(page), "input", name="mails")}
        assert "checked" not in boxes["news"]
        assert "checked" in boxes["nudges"]

        client_for(bob).post(reverse("notification_settings"), {"mails": ["news", "messages"], "leads": ["60"]})

        stored = Preference.objects.get(person=bob)
        assert (stored.has_off(Group.NEWS), stored.has_off(Group.NUDGES), stored.on) == (False, True, ["news"])

    def test_who_saves_other_settings_outside_programmes_gets_no_announcements(self, charlie, client_for):
        client_for(charlie).post(reverse("notification_settings"), {"mails": ["messages"], "leads": ["60"]})

        assert preference_of(charlie).has_off(Group.NEWS)

    def test_saved_elsewhere_it_stays_on(self, bob):
        switch_on(person=bob, group=Group.NEWS)
        switch_on(person=bob, group=Group.NEWS)
        chosen = {"leads": [60], "quiet_from": None, "quiet_until": None, "now": NOW}
        save_preference(person=bob, off=["messages"], **chosen)
        assert not preference_of(bob).has_off(Group.NEWS)
        switch_off(person=bob, group=Group.NEWS)
        assert preference_of(bob).has_off(Group.NEWS)


class TestPages:
    @pytest.fixture
    def page(self, members, alice, client_for):
        """Posts the form as its manager, with what the page shows."""
        address = reverse("programme_words", args=[members.slug])

        def post(**given):
            client = client_for(alice)
            shown = client.get(address)
            [seen] = [one.attributes["value"] for one in elements_of(markup_of(shown), "input", name="seen")][:1] or [
                ""
            ]
            return client.post(address, {"audience": "all", "text": TEXT, "link": "", "seen": seen, **given})

        return post

    def shown(self, answer):
        return elements_of(markup_of(answer), "", data_part="shown")

    def test_first_press_shows_and_second_sends(self, page, members, alice, client_for):
        answer = page(audience="asks", link=LINK)
        markup = markup_of(answer)
        assert (answer.status_code, Announcement.objects.count()) == (200, 0)
        assert [one.attributes["data-readers"] for one in self.shown(answer)] == ["4"]
        [mark] = [one.attributes["value"] for one in elements_of(markup, "button", name="foreseen")]

        answer = page(audience="asks", link=LINK, foreseen=mark)
        assert answer.status_code == 302
        made = Announcement.objects.get()
        assert (made.text, made.link, made.audience, made.by) == (TEXT, LINK, "asks", alice)
        send_announcements(now=NOW)
        sent = client_for(alice).get(answer.headers["Location"])
        assert [one.attributes["data-reached"] for one in elements_of(markup_of(sent), "", data_reached="4")] == ["4"]

    def test_words_that_were_changed_after_the_look_are_shown_again(self, page):
        [mark] = [one.attributes["value"] for one in elements_of(markup_of(page()), "button", name="foreseen")]

        answer = page(text="Other words", foreseen=mark)

        assert (answer.status_code, Announcement.objects.count()) == (200, 0)
        assert "Other words" in self.shown(answer)[0].text

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"text": ""}, "text"),
            ({"text": "x" * 2001}, "text"),
            ({"text": "\u200b \n"}, "text"),
            ({"audience": "everyone"}, "audience"),
            ({"link": "http://example.org/a"}, "link"),
            ({"link": "javascript:alert(1)"}, "link"),
            ({"link": "https://user@example.org/"}, "link"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(self, page, given, field):
        answer = page(**{"text": TEXT, "link": LINK, **given})

        markup = markup_of(answer)
        assert (answer.status_code, Announcement.objects.count()) == (422, 0)
        assert set(answer.context["form"].errors) == {field}
        if field != "text":
            assert [one.text for one in elements_of(markup, "textarea", name="text")] == [" ".join(TEXT.split())]
        if field != "link":
            assert [one.attributes["value"] for one in elements_of(markup, "input", name="link")] == [LINK]

    def test_nobody_to_read_it_is_said_before_anything_is_sent(self, programme, alice, bob, client_for):
        add_member(programme, bob)
        address = reverse("programme_words", args=[programme.slug])

        answer = client_for(alice).post(
            address, {"audience": "gives", "text": TEXT, "seen": announcements_mark(programme)}
        )

        assert (answer.status_code, codes_of(answer.context["form"])) == (409, {"audience": ["no_readers"]})

    def test_over_the_limit_the_page_says_when_and_keeps_what_was_typed(self, page, members, alice, client_for):
        send(members, alice, "One")
        [mark] = [one.attributes["value"] for one in elements_of(markup_of(page()), "button", name="foreseen")]
        send(members, alice, "Two")

        answer = page(foreseen=mark, seen=announcements_mark(members))

        assert answer.status_code == 409
        assert elements_of(markup_of(answer), "", data_refusal="too_many_announcements")
        assert TEXT.splitlines()[0] in elements_of(markup_of(answer), "textarea", name="text")[0].text
        calm = client_for(alice).get(reverse("programme_words", args=[members.slug]))
        assert elements_of(markup_of(calm), "", data_closed="too_many_announcements")
        assert not elements_of(markup_of(calm), "textarea", name="text")

    def test_members_read_those_for_them_the_last_ten(self, members, alice, client_for):
        for number in range(12):
            Announcement.objects.create(
                programme=members, by=alice, at=NOW + number * DAY, audience="all", text=f"Number {number}", done_at=NOW
            )
        send(members, alice, "For mentors", audience="gives", now=NOW + 30 * DAY)
        pages = {
            name: client_for(Membership.objects.get(person__name=name).person).get(
                reverse("programme", args=[members.slug])
            )
            for name in ("A1", "G1")
        }
        texts = {
            name: [one.text for one in elements_in(markup_of(page), "article", data_part="announcements")]
            for name, page in pages.items()
        }

        assert len(texts["A1"]) == len(texts["G1"]) == 10
        assert "Number 11" in texts["A1"][0]
        assert "For mentors" in texts["G1"][0]

    def test_words_are_never_markup(self, members, alice, client_for):
        send(members, alice, "<script>alert(1)</script> & <img src=x>")
        send_announcements(now=NOW)
        reader = Membership.objects.get(person__name="A1").person
        for person, name in ((alice, "programme_words"), (reader, "programme")):
            html = client_for(person).get(reverse(name, args=[members.slug])).content.decode()
            assert "<script>alert" not in html
            assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x&gt;" in html
        assert "alert(1)" in client_for(reader).get(reverse("notifications")).content.decode()

    def test_line_of_the_inbox_is_for_members_only(self, members, alice, client_for):
        send(members, alice)
        send_announcements(now=NOW)
        reader = Membership.objects.get(person__name="A1").person
        assert TEXT.splitlines()[0] in client_for(reader).get(reverse("notifications")).content.decode()
        leave(person=reader, programme=members, now=NOW)
        assert TEXT.splitlines()[0] not in client_for(reader).get(reverse("notifications")).content.decode()

    def test_visitor_signs_in_first(self, members):
        answer = Client().get(reverse("programme_words", args=[members.slug]))
        assert answer.headers["Location"].startswith("/sign-in/")
