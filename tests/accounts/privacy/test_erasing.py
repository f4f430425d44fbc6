"""Removing a person: what ends at once, how it is taken back, and how it goes on after anything that goes wrong."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Erasure, ErasureState, User
from accounts.privacy import registry
from accounts.privacy.erasing import ask_erasure, count_overdue, end_what_is_ahead, erase_due, keep_account
from accounts.privacy.erasure_log import hash_person, read_removals
from accounts.privacy.exports import PrivacyError
from accounts.privacy.registry import Step
from accounts.rules.roles import StaffRoleName
from events.models import RegistrationState
from mentors.models import MentorProfile
from notifications.models import Notification, State
from notifications.tasks import drain_outbox
from search.models import MentorIndex
from sessions_app.booking.clock import complete_ended
from sessions_app.conversation.messages import send_message
from sessions_app.models import Booking, BookingState, Engagement, Message, WaitlistEntry, WrittenState
from sessions_app.waiting.acts import wait_for_mentor
from tests.conftest import NOW, make_staff
from tests.events.making import come, make_event
from tests.sessions_app.conftest import book, in_writing  # noqa: F401 - a fixture
from tests.sessions_app.helpers.written import ask
from tests.smtp import smtp_sink  # noqa: F401 - a fixture
from tests.trust.cases import decide
from trust.models import Exhibit, ReportKind
from trust.reports import make_report
from trust.subjects import find_reportable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)
WEEK = 7 * DAY


def erase(person: User) -> Erasure:
    ask_erasure(person=person, now=NOW)
    erase_due(now=NOW + WEEK)
    return Erasure.objects.get(person=person)


def test_sessions_ahead_end_at_once_and_nobody_is_blamed(offer, alice, bob, dora):
    booking = book(offer, bob)
    request = book(dora.mentor_profile.offers.get(), bob, start=booking.start + DAY)

    ask_erasure(person=bob, now=NOW)

    for one in (booking, request):
        one.refresh_from_db()
        assert (one.state, one.ended_by, one.late) == (BookingState.CANCELLED, None, False)
    told = Notification.objects.filter(recipient=alice, kind="cancelled")
    assert told.count() == 1


def test_a_mentor_who_leaves_is_gone_from_the_search_and_their_mentees_are_told(offer, alice, bob):
    booking = book(offer, bob)

    ask_erasure(person=alice, now=NOW)

    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED
    assert not MentorProfile.objects.public().filter(person=alice).exists()
    assert not MentorIndex.objects.filter(person=alice).exists()
    assert Notification.objects.filter(recipient=bob, kind="cancelled").exists()


def test_questions_waiting_lists_and_places_end_too(in_writing, alice, bob, dora, maria):  # noqa: F811
    written = ask(in_writing, bob)
    waiting = wait_for_mentor(profile=dora.mentor_profile, words="", known=[], person=bob, now=NOW)
    place = come(make_event(maria), bob)

    ask_erasure(person=bob, now=NOW)

    for row in (written, waiting, place):
        row.refresh_from_db()
    assert written.state == WrittenState.DECLINED
    assert (waiting.ended, waiting.ended_at) == ("left", NOW)
    assert place.state == RegistrationState.CANCELLED


def test_nothing_is_sent_any_more_but_the_mails_of_the_removal(offer, alice, bob, smtp_sink):  # noqa: F811
    book(offer, bob)
    ask_erasure(person=bob, now=NOW)
    Notification.objects.filter(kind="removal_soon").update(due_at=NOW, next_try_at=NOW)

    drain_outbox(NOW)

    sent = Notification.objects.filter(recipient=bob, state=State.SENT).values_list("kind", flat=True)
    assert set(sent) == {"removal_asked", "removal_soon"}
    assert smtp_sink.recipients.count(bob.email) == 2


def test_asking_twice_plans_one_removal(bob):
    first = ask_erasure(person=bob, now=NOW)

    assert ask_erasure(person=bob, now=NOW + DAY) == first
    assert first.due_at == NOW + WEEK
    with pytest.raises(IntegrityError, match="one_removal_of_a_person_at_a_time"), transaction.atomic():
        Erasure.objects.create(person=bob, asked_at=NOW, due_at=NOW)


def test_the_only_owner_stays(maria, charlie):
    make_staff(charlie, StaffRoleName.SUPPORT)

    with pytest.raises(PrivacyError) as refused:
        ask_erasure(person=maria, now=NOW)

    assert refused.value.code == "last_owner"
    assert User.objects.get(pk=maria.pk).is_active
    make_staff(charlie, StaffRoleName.OWNER)
    ask_erasure(person=maria, now=NOW)
    erase_due(now=NOW + WEEK)
    stump = User.objects.get(pk=maria.pk)
    assert (stump.roles, stump.is_staff, stump.name) == ([], False, "")


def test_within_a_week_the_account_can_be_kept(alice, bob):
    ask_erasure(person=alice, now=NOW)

    keep_account(person=alice, now=NOW + WEEK - DAY)
    keep_account(person=User.objects.get(pk=alice.pk), now=NOW + WEEK)

    erasure = Erasure.objects.get()
    assert (erasure.state, erasure.ended_at) == (ErasureState.KEPT, NOW + WEEK - DAY)
    assert MentorProfile.objects.public().filter(person=alice).exists()
    assert MentorIndex.objects.filter(person=alice).exists()
    assert Notification.objects.get(kind="removal_soon").state == State.OBSOLETE
    assert erase_due(now=NOW + 2 * WEEK) == 0


def test_after_a_week_it_is_too_late(bob):
    ask_erasure(person=bob, now=NOW)

    with pytest.raises(PrivacyError) as refused:
        keep_account(person=bob, now=NOW + WEEK)

    assert refused.value.code == "too_late"


def test_nothing_is_removed_before_the_week_is_over(bob):
    ask_erasure(person=bob, now=NOW)

    assert erase_due(now=NOW + WEEK - timedelta(seconds=1)) == 0
    assert User.objects.get(pk=bob.pk).name == bob.name


def test_times_stay_and_words_go(offer, alice, bob):
    booking = book(offer, bob)
    send_message(engagement=booking.engagement, body="See you", by=bob, key="k", now=NOW)
    theirs = send_message(engagement=booking.engagement, body="Hello", by=alice, key="k", now=NOW)

    erasure = erase(bob)

    stump = User.objects.get(pk=bob.pk)
    assert (stump.email, stump.name) == (f"erased-{bob.uuid}@erased.invalid", "")
    assert not stump.emailaddress_set.exists()
    row = Booking.objects.get(pk=booking.pk)
    assert (row.during, row.mentee_id, row.engagement.brief.question) == (booking.during, bob.pk, "")
    assert Engagement.objects.get().closed_at is not None
    said = Message.objects.get(author=bob)
    assert (said.body, said.erased_at, said.sent_at) == ("", NOW + WEEK, NOW)
    assert Message.objects.get(pk=theirs.pk).body == "Hello"
    assert (erasure.state, erasure.ended_at) == (ErasureState.DONE, NOW + WEEK)


def test_the_last_mail_goes_to_the_old_address_once(bob, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        erase(bob)
        erase_due(now=NOW + 2 * WEEK)

    assert [mail.to for mail in mailoutbox] == [[bob.email]]


def test_evidence_of_what_was_reported_stays_until_the_case_is_decided(offer, alice, bob, maria):
    booking = book(offer, bob)
    said = send_message(engagement=booking.engagement, body="You fool", by=bob, key="k", now=NOW)
    found = find_reportable("message", str(said.uuid), alice)
    case = make_report(found=found, kind=ReportKind.CONDUCT, words="Rude", by=alice, now=NOW).case

    erasure = erase(bob)

    said.refresh_from_db()
    assert (said.body, Exhibit.objects.get().snapshot["message"]) == ("", "You fool")
    assert (erasure.state, User.objects.get(pk=bob.pk).name) == (ErasureState.BEGUN, "")

    decide(case, maria, now=NOW + WEEK)
    assert erase_due(now=NOW + WEEK + DAY) == 1
    case.refresh_from_db()
    assert (Exhibit.objects.get().snapshot, case.text) == ({}, "")
    assert Erasure.objects.get().state == ErasureState.DONE


def test_a_step_that_fails_keeps_back_no_other_and_is_done_later(bob, monkeypatch, caplog):
    broken = [True]

    def fail(person: User, now) -> bool:
        if broken:
            raise RuntimeError(person.email)
        return True

    monkeypatch.setattr(registry, "_steps", [Step("broken", fail), *registry._steps])

    erasure = erase(bob)

    assert erasure.state == ErasureState.BEGUN
    assert "broken" not in erasure.steps_done
    assert User.objects.get(pk=bob.pk).name == ""
    assert bob.email not in caplog.text
    broken.clear()
    assert erase_due(now=NOW + WEEK) == 1


def test_ends_of_what_was_ahead_are_tried_again_by_the_clock(offer, bob, monkeypatch):
    booking = book(offer, bob)
    monkeypatch.setattr("accounts.privacy.erasing.on_leaving", [lambda person, now: 1 / 0])
    erasure = ask_erasure(person=bob, now=NOW)
    assert Erasure.objects.get().left_at is None
    monkeypatch.undo()

    erase_due(now=NOW + DAY)

    booking.refresh_from_db()
    erasure.refresh_from_db()
    assert (booking.state, erasure.left_at) == (BookingState.CANCELLED, NOW + DAY)


def test_removal_that_waits_for_a_day_counts_as_overdue(bob):
    ask_erasure(person=bob, now=NOW)

    assert [count_overdue(NOW + WEEK + wait) for wait in (DAY - timedelta(seconds=1), DAY)] == [0, 1]
    erase_due(now=NOW + WEEK)
    assert count_overdue(NOW + 2 * WEEK) == 0


def test_who_kept_their_account_loses_nothing_to_a_clock_that_comes_late(offer, bob, monkeypatch):
    """A removal that was read before it was taken back ends nothing any more."""
    monkeypatch.setattr("accounts.privacy.erasing.on_leaving", [lambda person, now: 1 / 0])
    erasure = ask_erasure(person=bob, now=NOW)
    monkeypatch.undo()
    keep_account(person=bob, now=NOW)
    booking = book(offer, User.objects.get(pk=bob.pk))

    assert end_what_is_ahead(erasure, now=NOW) is False
    booking.refresh_from_db()
    assert booking.state == BookingState.CONFIRMED


def test_removal_leaves_a_line_outside_the_database(bob, places):
    erase(bob)

    assert read_removals() == {hash_person(bob)}
    assert (places / "erasures.log").read_text() == f"{hash_person(bob)} 2026-12-01\n"


def test_replaying_removes_nobody_else(bob, charlie):
    erase(bob)

    call_command("replay_erasures", verbosity=0)

    assert User.objects.get(pk=charlie.pk).name == charlie.name
    assert Erasure.objects.count() == 1


def test_waiting_entry_of_someone_else_stays(bob, charlie, dora):
    wait_for_mentor(profile=dora.mentor_profile, words="", known=[], person=charlie, now=NOW)

    erase(bob)

    assert WaitlistEntry.objects.get().person == charlie


@pytest.mark.parametrize("who", ["mentee", "mentor"])
def test_pages_of_the_other_and_of_staff_still_open_and_name_nobody(offer, alice, bob, maria, client_for, who):
    booking = book(offer, bob)
    for one in (alice, bob):
        send_message(engagement=booking.engagement, body=f"I am {one.name}", by=one, key="k", now=NOW)
    complete_ended(now=booking.end)
    gone, stays = (bob, alice) if who == "mentee" else (alice, bob)
    name = gone.name

    erase(gone)

    User.objects.filter(pk=maria.pk).update(is_superuser=True)
    pages = [f"/sessions/{booking.uuid}/", "/sessions/?tab=past", "/messages/", f"/messages/{booking.engagement.uuid}/"]
    admin = ["/admin/accounts/user/", "/admin/sessions_app/booking/", f"/staff/people/{gone.uuid}/"]
    for client, addresses in ((client_for(stays), pages), (client_for(maria), admin)):
        for address in addresses:
            answer = client.get(address)
            assert (address, answer.status_code) == (address, 200)
            assert name not in answer.content.decode()
