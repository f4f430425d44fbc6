"""What people agreed to: noted when an act switches it on or off, shown with its text, and withdrawn from one page."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, ConsentHow
from accounts.privacy import consents
from accounts.privacy.consents import ConsentText, Purpose, list_consents, note_consent, purposes
from events.afterwards.forgetting import forget_old_events
from events.models import Registration, Side
from events.registering.acts import register
from events.registering.inputs import RegistrationInput
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.followups import answer_follow_up
from sessions_app.afterwards.testimonials import publish_testimonial, withdraw_testimonial
from sessions_app.booking.clock import complete_ended
from sessions_app.forms.feedback import MenteeFeedbackForm
from sessions_app.forms.followups import FollowUpForm
from sessions_app.models import Feedback, FollowUp, FollowUpQuestion, QuoteDecision
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import make_event
from tests.markup import elements_of, markup_of
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.followups import DAY, END, SOLVED, THREE, YES
from tests.sessions_app.helpers.races import race

pytestmark = pytest.mark.django_db
PAGE = "/settings/data/"
WORDS, QUESTION, OUTCOME, NEEDS = "words_shown", "question_shown", "outcome_told", "event_needs"
LATER = END + 8 * DAY


def feedback(booking, person, *, words=True, question=False, now=END + DAY) -> Feedback:
    answers = {"resolution": "yes", "left_with": "One sentence.", "may_publish": words}
    return give_feedback(booking=booking, by=person, now=now, answers={**answers, "may_publish_question": question})


def tell(booking, person, *, tells=True, step=THREE, now=END + 4 * DAY) -> FollowUp:
    about = {"contact": booking, "step": step, "question": SOLVED, "answer": YES}
    return answer_follow_up(**about, by=person, now=now, tell_mentor=tells)


def come(person, event, needs: str) -> Registration:
    said = RegistrationInput(board_name="Bob", question="Do I?", access_needs=needs)
    return register(event=event, person=person, side=Side.MENTEE, said=said, now=NOW)


def rows(person) -> set[tuple]:
    """Purpose, since when and until when."""
    return set(Consent.objects.filter(person=person).values_list("purpose", "given_at", "withdrawn_at"))


@pytest.fixture
def over(booking):
    complete_ended(now=END)
    return booking


def test_a_tick_is_noted_and_taking_it_back_too(over, bob):
    feedback(over, bob, question=True)
    assert rows(bob) == {(WORDS, END + DAY, None), (QUESTION, END + DAY, None)}

    feedback(over, bob, words=False, now=END + 2 * DAY)
    assert rows(bob) == {(WORDS, END + DAY, END + 2 * DAY), (QUESTION, END + DAY, END + 2 * DAY)}


def test_nothing_is_noted_of_who_ticks_nothing_and_of_mentors(over, alice, bob):
    feedback(over, bob, words=False)
    tell(over, bob, tells=False)
    give_feedback(booking=over, by=alice, now=END + DAY, answers={"resolution": "yes", "right_person": True})

    assert not Consent.objects.exists()


def test_one_record_covers_all_of_a_purpose_and_ends_with_the_last(offer, bob, over):
    second = book(offer, bob, THURSDAY + timedelta(hours=1))
    complete_ended(now=END + DAY)
    first_words, second_words = feedback(over, bob), feedback(second, bob, now=END + 2 * DAY)
    assert rows(bob) == {(WORDS, END + DAY, None)}

    withdraw_testimonial(feedback=first_words, by=bob, now=END + 3 * DAY)
    assert rows(bob) == {(WORDS, END + DAY, None)}

    withdraw_testimonial(feedback=second_words, by=bob, now=END + 4 * DAY)
    assert rows(bob) == {(WORDS, END + DAY, END + 4 * DAY)}


def test_agreeing_again_later_is_a_new_record(over, bob):
    tell(over, bob)
    tell(over, bob, tells=False, now=END + 5 * DAY)
    tell(over, bob, now=END + 6 * DAY)

    assert rows(bob) == {(OUTCOME, END + 4 * DAY, END + 5 * DAY), (OUTCOME, END + 6 * DAY, None)}


def test_needs_at_an_event_are_agreed_to_until_they_are_deleted(bob, maria, now):
    event = make_event(maria)
    come(bob, event, "Step-free access")
    assert rows(bob) == {(NEEDS, NOW, None)}

    gone = event.during.upper + timedelta(days=31)
    forget_old_events(now=gone)
    assert rows(bob) == {(NEEDS, NOW, gone)}


def test_a_newer_text_ends_what_was_agreed_to_before(bob):
    def purpose(*labels: str) -> Purpose:
        texts = tuple(ConsentText(_(label), _("")) for label in labels)
        return Purpose("try", _("Trying"), texts, is_on=lambda person: True)

    note_consent(purpose=purpose("Old"), person=bob, is_given=True, now=NOW)
    note_consent(purpose=purpose("Old", "New"), person=bob, is_given=True, now=NOW + DAY)
    note_consent(purpose=purpose("Old", "New"), person=bob, is_given=True, now=NOW + 2 * DAY)

    found = Consent.objects.order_by("pk").values_list("text_version", "given_at", "withdrawn_at")
    assert list(found) == [(1, NOW, NOW + DAY), (2, NOW + DAY, None)]


def test_the_page_shows_each_with_its_text_as_it_was(over, bob, client_for, monkeypatch):
    feedback(over, bob)
    old = purposes[WORDS]
    newer = Purpose(WORDS, old.what_for, (*old.texts, ConsentText(_("Another text"), _(""))), old.is_on)
    monkeypatch.setitem(consents.purposes, WORDS, newer)

    (row,) = list_consents(bob)
    assert row.lines == old.text.lines_for("your mentor")
    with time_machine.travel(LATER, tick=False):
        page = markup_of(client_for(bob).get(PAGE))
    shown = elements_of(page, "li", **{"data-consent": WORDS, "data-state": "live"})
    assert [all(line in element.text for line in row.lines) for element in shown] == [True]


@pytest.mark.parametrize(
    ("name", "switched"),
    [
        (WORDS, {"words": False, "question": False, "told": True, "needs": "Stairs"}),
        (QUESTION, {"words": True, "question": False, "told": True, "needs": "Stairs"}),
        (OUTCOME, {"words": True, "question": True, "told": False, "needs": "Stairs"}),
        (NEEDS, {"words": True, "question": True, "told": True, "needs": ""}),
    ],
)
def test_the_button_switches_off_that_and_nothing_else(over, bob, maria, client_for, name, switched):
    come(bob, make_event(maria), "Stairs")
    said = feedback(over, bob, question=True)
    tell(over, bob)
    publish_testimonial(feedback=said, by=maria, now=LATER)

    with time_machine.travel(LATER, tick=False):
        client = client_for(bob)
        answer = client.post(f"{PAGE}consents/{name}/withdraw/")
        again = client.post(f"{PAGE}consents/{name}/withdraw/")

    assert (answer["Location"], again["Location"]) == (f"{PAGE}#consents",) * 2
    said.refresh_from_db()
    assert switched == {
        "words": said.may_publish and said.published_at is not None,
        "question": said.may_publish_question,
        "told": FollowUp.objects.get().tell_mentor,
        "needs": Registration.objects.get().access_needs,
    }
    ended = {purpose for purpose, _given, withdrawn in rows(bob) if withdrawn == LATER}
    assert ended == ({WORDS, QUESTION} if name == WORDS else {name})


def test_taking_the_question_off_is_in_the_log_of_the_words(over, bob):
    feedback(over, bob, question=True)

    consents.withdraw_consent(purpose=purposes[QUESTION], person=bob, now=LATER)

    assert list(QuoteDecision.objects.values_list("act", "by", "at")) == [("question", bob.pk, LATER)]


def test_what_nobody_can_agree_to_is_not_there(bob, client_for, now):
    assert client_for(bob).post(f"{PAGE}consents/cookies/withdraw/").status_code == 404


def test_withdrawing_touches_nobody_else(over, offer, bob, charlie):
    feedback(over, bob)
    theirs = book(offer, charlie, THURSDAY + timedelta(hours=1))
    complete_ended(now=END + DAY)
    feedback(theirs, charlie, now=END + 2 * DAY)

    consents.withdraw_consent(purpose=purposes[WORDS], person=bob, now=LATER)

    assert rows(charlie) == {(WORDS, END + 2 * DAY, None)}
    assert Feedback.objects.get(author=charlie).may_publish


def test_forms_show_the_text_that_is_noted(alice):
    form = MenteeFeedbackForm(other=alice)
    words, question = (purposes[name].text.lines_for("Alice") for name in (WORDS, QUESTION))
    assert [form.fields["may_publish"].label, form.fields["may_publish"].help_text] == words
    assert [form.fields["may_publish_question"].label, form.fields["may_publish_question"].help_text] == question

    told = FollowUpForm(about=FollowUpQuestion.SOLVED, mentor=alice).fields["tell_mentor"]
    assert [told.label, str(told.help_text)] == purposes[OUTCOME].text.lines_for("Alice")


def test_the_database_keeps_one_live_record_for_each_purpose(bob):
    given = {"person": bob, "purpose": WORDS, "text_version": 1, "how": ConsentHow.PAGE, "given_at": NOW}
    Consent.objects.create(**given, withdrawn_at=NOW)
    Consent.objects.create(**given)

    for wrong, name in (
        (given, "one_live_consent_of_a_person_for_each_purpose"),
        ({**given, "withdrawn_at": NOW - DAY}, "consent_ends_after_it_was_given"),
        ({**given, "withdrawn_at": NOW, "text_version": 0}, "consent_is_to_a_text"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Consent.objects.create(**wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_giving_one_and_taking_back_the_other_at_once_ends_as_the_switches_say(offer, bob, attempt):
    other = make_mentor(make_person("dan@example.org", "Dan Doe")).offers.timed().get()
    first, second = book(offer, bob), book(other, bob, THURSDAY + timedelta(hours=1))
    complete_ended(now=END + DAY)
    said = feedback(first, bob)

    race(
        [
            lambda: withdraw_testimonial(feedback=said, by=bob, now=END + 2 * DAY),
            lambda: feedback(second, bob, now=END + 2 * DAY),
        ]
    )

    is_on = Feedback.objects.filter(author=bob, may_publish=True).exists()
    assert (is_on, Consent.objects.live().filter(person=bob).count()) == (True, 1)


def test_migrations_note_what_was_agreed_to_before(over, bob, maria):
    come(bob, make_event(maria), "Stairs")
    feedback(over, bob, question=True)
    tell(over, bob)
    Consent.objects.all().delete()

    loader = MigrationLoader(connection)
    for key in (("sessions_app", "0027_consents"), ("events", "0006_consents")):
        with connection.cursor() as cursor:
            cursor.execute(loader.graph.nodes[key].operations[-1].sql)

    created = Feedback.objects.get().created_at
    assert rows(bob) == {
        (WORDS, created, None),
        (QUESTION, created, None),
        (OUTCOME, END + 4 * DAY, None),
        (NEEDS, NOW, None),
    }
    assert set(Consent.objects.values_list("how", flat=True)) == {ConsentHow.EARLIER}
