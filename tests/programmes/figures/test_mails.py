"""Figures by mail: when they are due, what they say, and when they end."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from notifications.models import Group, Notification, State
from notifications.preferences import preference_of, switch_off
from notifications.registry import Message, Nothing, kind_named
from programmes.managers import end_manager, give_manager
from programmes.models import Manager, ProgrammeState
from search.figures.choosing import SIGNER, answer_mail, choose_mails
from search.figures.facts import Facts
from search.figures.hiding import FEWEST
from search.figures.news import list_changes, list_headlines, list_needs
from search.figures.periods import WEEK, list_periods, week_start
from search.figures.report import read_report
from search.figures.rounds import ASKS_AFTER, KIND, schedule_mails
from search.figures.turns import next_turn
from search.models import FigureMail, FigureRhythm
from tests.conftest import NOW
from tests.programmes.figures.worlds import World
from tests.sessions_app.helpers.races import race

DAY = timedelta(days=1)
WEEKLY, MONTHLY = FigureRhythm.WEEKLY, FigureRhythm.MONTHLY
ZONES = ("Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/Sao_Paulo")


def choose(programme, person, *rhythms, now=NOW) -> list[FigureMail]:
    choose_mails(programme=programme, rhythms=rhythms, by=person, now=now)
    return list(FigureMail.objects.filter(manager__programme=programme).order_by("rhythm"))


def promised() -> list[Notification]:
    return list(Notification.objects.filter(kind=KIND).order_by("pk"))


def render(row: Notification, now: datetime = NOW) -> Message | Nothing:
    return kind_named(KIND).render(row, now)


@pytest.fixture
def world(programme, other) -> World:
    """In which many ask, and many find nobody."""
    made = World(Random(3), programme, other, asking=30)
    for person in made.mentees * 2:
        made.add_wait(person)
    return made


@given(
    st.sampled_from(ZONES),
    st.integers(0, 800).map(lambda hours: NOW + timedelta(hours=hours)),
    st.sampled_from(FigureRhythm),
)
def test_a_mail_is_due_on_the_first_morning_after_new_figures(zone, after, rhythm):
    due = next_turn(rhythm, ZoneInfo(zone), after)
    local = due.astimezone(ZoneInfo(zone))
    monday = week_start(due)

    assert due > after
    assert (local.hour, local.minute) == (8, 0)
    assert due - monday < DAY
    assert rhythm == WEEKLY or monday.day <= 7
    assert rhythm == MONTHLY or due - after <= WEEK + DAY


@pytest.mark.django_db
class TestChoosing:
    def test_each_manager_chooses_for_themselves(self, programme, alice, bob, maria):
        give_manager(programme=programme, person=bob, by=alice, now=NOW)
        choose(programme, alice, WEEKLY)
        mails = choose(programme, bob, WEEKLY, MONTHLY)

        assert [(mail.manager.person, mail.rhythm) for mail in mails].count((alice, WEEKLY)) == 1
        choose(programme, bob, MONTHLY)
        assert sorted((mail.manager.person.name, mail.rhythm) for mail in choose(programme, alice, WEEKLY)) == [
            (alice.name, "weekly"),
            (bob.name, "monthly"),
        ]
        assert choose(programme, alice)[0].manager.person == bob

    def test_who_does_not_manage_it_chooses_nothing(self, programme, dora, other):
        with pytest.raises(PermissionDenied):
            choose(programme, dora, WEEKLY)

    def test_the_database_has_one_of_a_manager_and_rhythm(self, programme, alice):
        [mail] = choose(programme, alice, WEEKLY)

        with pytest.raises(IntegrityError), transaction.atomic():
            FigureMail.objects.create(manager=mail.manager, rhythm=WEEKLY, chosen_at=NOW)

    def test_who_chooses_again_has_switched_them_on(self, programme, alice):
        choose(programme, alice, WEEKLY)
        switch_off(person=alice, group=Group.FIGURES)
        choose(programme, alice, WEEKLY)

        assert preference_of(alice).off == []


@pytest.mark.django_db
class TestRounds:
    def test_it_is_promised_once_when_its_turn_has_come(self, programme, alice):
        [mail] = choose(programme, alice, WEEKLY)

        assert schedule_mails(now=mail.next_at - timedelta(seconds=1)) == 0
        assert [schedule_mails(now=mail.next_at) for _time in range(3)] == [1, 0, 0]
        [row] = promised()
        mail.refresh_from_db()
        assert (row.recipient, row.subject_id, row.subject_version) == (alice, mail.pk, 1)
        assert mail.next_at - NOW < 2 * WEEK

    def test_the_third_asks_and_without_an_answer_none_follows(self, programme, other, alice):
        World(Random(1), programme, other, asking=0)
        [mail] = choose(programme, alice, WEEKLY)
        links, now = [], mail.next_at
        for _week in range(ASKS_AFTER + 2):
            if schedule_mails(now=now):
                links.append(render(promised()[-1], now).text.count(SIGNER.sign(mail.pk)))
            now += WEEK

        assert links == [1, 1, 2]
        assert len(promised()) == ASKS_AFTER
        assert answer_mail(number=mail.pk, is_wanted=True, now=now)
        assert schedule_mails(now=now + WEEK) == 1

    def test_a_newer_one_silences_the_one_before(self, programme, alice):
        [mail] = choose(programme, alice, WEEKLY)
        for week in range(2):
            schedule_mails(now=mail.next_at + week * WEEK)

        assert [row.state for row in promised()] == [State.OBSOLETE, State.PENDING]

    def test_it_ends_with_the_role(self, programme, alice, bob, maria):
        give_manager(programme=programme, person=bob, by=alice, now=NOW)
        [mail] = choose(programme, bob, WEEKLY)
        schedule_mails(now=mail.next_at)
        end_manager(programme=programme, person=bob, by=alice, now=NOW)

        assert isinstance(render(promised()[0]), Nothing)
        assert schedule_mails(now=NOW + 9 * WEEK) == 0
        assert not FigureMail.objects.exists()
        give_manager(programme=programme, person=bob, by=alice, now=NOW)
        assert schedule_mails(now=NOW + 9 * WEEK) == 0

    def test_it_ends_with_the_programme(self, programme, alice):
        choose(programme, alice, WEEKLY)
        programme.state = ProgrammeState.ARCHIVED
        programme.save()

        assert schedule_mails(now=NOW + 9 * WEEK) == 0
        assert not FigureMail.objects.exists()

    def test_before_the_first_week_is_over_there_is_nothing_to_say(self, programme, alice):
        [mail] = choose(programme, alice, WEEKLY)
        schedule_mails(now=mail.next_at)

        assert isinstance(render(promised()[0], NOW), Nothing)


@pytest.mark.django_db(transaction=True)
def test_two_workers_promise_one(programme, alice):
    [mail] = choose(programme, alice, WEEKLY)
    counts: list[int] = []
    race([lambda: counts.append(schedule_mails(now=mail.next_at))] * 4)

    assert sum(counts) == 1
    assert len(promised()) == 1


@pytest.mark.django_db
class TestWords:
    def test_it_says_what_the_page_says(self, world, alice, client_for, now):
        [mail] = choose(world.mine, alice, WEEKLY)
        schedule_mails(now=mail.next_at)
        report = read_report(world.mine, None, now=NOW)
        page = client_for(alice).get(reverse("programme_figures", args=[world.mine.slug])).content.decode()
        text = render(promised()[0]).text

        assert len(list_headlines(report)) == 6
        for row in list_headlines(report):
            assert f"- {row.label}: {row.text}" in text
            assert row.text in page
        for need in list_needs(report):
            assert f"{need.text} ({need.url})" in text

    def test_what_is_new_is_of_five_people_and_so_is_what_is_not(self, world, now):
        period = list_periods(world.mine.made_at, NOW)[0]
        facts, told = Facts(world.mine, period, now=NOW), 0
        for weeks in range(1, 8):
            since = period.seen_at - weeks * WEEK
            rows = {row.code: row.value for row in list_changes(facts, since)}
            new = [one for one in facts.questions if one.asked_at >= since]
            if rows["new_asked"] is not None:
                assert rows["new_asked"] == len(new)
                assert len({one.person for one in new}) >= FEWEST
            if rows["new_unmet"] is not None:
                unmet = [one.person for one in new if not one.step]
                further = [one.person for one in new if one.step]
                assert rows["new_unmet"] == len(unmet)
                assert min(len(set(unmet)), len(set(further))) >= FEWEST
                told += 1
        assert told

    def test_mail_and_text_name_nobody_and_lead_to_what_waits(self, world, alice, bob, client_for):
        [mail] = choose(world.mine, alice, MONTHLY)
        schedule_mails(now=mail.next_at)
        said = render(promised()[0])

        assert [person.name for person in world.mentees if person.name in said.text + said.html] == []
        assert SIGNER.sign(mail.pk) in said.html


@pytest.mark.django_db
class TestPages:
    def test_the_page_saves_what_is_ticked(self, programme, alice, client_for, now):
        client, page = client_for(alice), reverse("programme_figures", args=[programme.slug])

        assert client.post(page, {"rhythms": ["weekly", "monthly"]}).status_code == 302
        assert sorted(FigureMail.objects.values_list("rhythm", flat=True)) == ["monthly", "weekly"]
        assert client.post(page, {"rhythms": ["hourly"]}).status_code == 422
        assert FigureMail.objects.count() == 2
        assert client.post(page, {}).status_code == 302
        assert not FigureMail.objects.exists()

    @pytest.mark.parametrize(("answer", "is_left"), [("keep", True), ("end", False)])
    def test_the_link_of_a_mail_needs_no_sign_in_and_acts_by_a_button(self, programme, alice, now, answer, is_left):
        [mail] = choose(programme, alice, WEEKLY)
        FigureMail.objects.update(next_at=None, unanswered=ASKS_AFTER)
        visitor, page = Client(), reverse("figure_mail", args=[SIGNER.sign(mail.pk)])

        assert visitor.get(page).status_code == 200
        assert visitor.post(page, {"answer": "perhaps"}).status_code == 422
        assert FigureMail.objects.get().next_at is None
        for _time in range(2):
            assert visitor.post(page, {"answer": answer}, follow=True).status_code == 200
        assert FigureMail.objects.filter(next_at__gt=NOW, unanswered=0).exists() == is_left

    @pytest.mark.parametrize(("is_there", "said"), [(True, 1), (False, 0)])
    def test_nobody_is_told_that_they_go_on_getting_what_has_stopped(self, programme, alice, now, is_there, said):
        [mail] = choose(programme, alice, WEEKLY)
        page = reverse("figure_mail", args=[SIGNER.sign(mail.pk)])
        FigureMail.objects.filter(pk=-1 if is_there else mail.pk).delete()

        answer = Client().post(page, {"answer": "keep"}, follow=True)

        assert len(answer.context["messages"]) == said
        assert (answer.context["mail"] is not None) == is_there

    def test_a_link_that_we_did_not_make_is_not_found(self, programme, alice, now):
        [mail] = choose(programme, alice, WEEKLY)

        for token in (f"{mail.pk}", f"{mail.pk}:abc", SIGNER.sign(mail.pk)[1:]):
            assert Client().post(reverse("figure_mail", args=[token]), {"answer": "end"}).status_code == 404
        assert FigureMail.objects.exists()

    def test_a_link_does_nothing_for_who_manages_no_more(self, programme, alice, bob, now):
        give_manager(programme=programme, person=bob, by=alice, now=NOW)
        [mail] = choose(programme, bob, WEEKLY)
        Manager.objects.filter(person=bob).update(ended_at=NOW)
        page = reverse("figure_mail", args=[SIGNER.sign(mail.pk)])

        assert programme.name not in Client().get(page).content.decode()
        assert not answer_mail(number=mail.pk, is_wanted=True, now=NOW)
