"""People who come without an account, by every way in, and what the mentor is told of them."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.models import Format
from notifications.models import Notification
from notifications.tasks import drain_outbox
from sessions_app.errors import SessionError
from sessions_app.invites.feeds import make_feed
from sessions_app.models import Booking, Engagement, HeldTime, WaitlistEntry, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.written.acts import ask_in_writing
from tests.conftest import NOW
from tests.markup import markup_of, problems_in
from tests.reading_client import ReadingClient
from tests.sessions_app.conftest import QUESTION, book
from tests.smtp import html_of, smtp_sink, text_of  # noqa: F401 - one is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, CODE, NAME = "/mentors/alice-adair/", "/sign-in/code/", "/sign-in/name/"
EMAIL = "wren.k@example.net"
# Nothing of these may be read anywhere instead of the person's name.
STAND_INS = ("Guest", "Former member", "wren.k")


def choose_a_time(client: Client, offer) -> str:
    client.post(f"{PAGE}book/", {"key": "k", "offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": QUESTION})
    return f"{PAGE}book/email/"


def request_a_time(client: Client, offer) -> str:
    type(offer).objects.filter(pk=offer.pk).update(instant=False)
    return choose_a_time(client, offer)


def ask_a_question(client: Client, offer) -> str:
    offer.profile.offers.create(length=15, format=Format.WRITING)
    client.post(f"{PAGE}ask/", {"key": "k", "question": QUESTION})
    return f"{PAGE}ask/email/"


def wait_for_a_time(client: Client, offer) -> str:
    client.post(reverse("wait"), {"mentor": "alice-adair", "q": QUESTION})
    return reverse("wait_email")


def sign_in_first(client: Client, offer) -> str:
    return "/sign-in/"


WAYS: dict[str, Callable] = {
    way.__name__: way for way in (choose_a_time, request_a_time, ask_a_question, wait_for_a_time, sign_in_first)
}


def go_on(client: Client, way: str, offer) -> None:
    """What is left to do for the mentor to hear of the person."""
    if way == "wait_for_a_time":
        WaitlistEntry.objects.update(known=[])
        hand_out_freed_time(now=NOW)
        client.post(reverse("held_time", args=[HeldTime.objects.get().uuid]), {"question": QUESTION})
    if way == "sign_in_first":
        choose_a_time(client, offer)


def read_by(mentor: User, client: Client, smtp_sink) -> Iterator[str]:  # noqa: F811
    """All that the mentor is told: mails with their files, inbox, pages, calendar, API."""
    drain_outbox(NOW)
    for mail in smtp_sink.mails:
        if mail["To"] == mentor.email:
            yield f"{mail['Subject']} {text_of(mail)} {html_of(mail)}"
            yield from (str(part.get_content()) for part in mail.iter_attachments())
    sessions = [reverse("session", args=[booking.uuid]) for booking in Booking.objects.all()]
    threads = [reverse("thread", args=[engagement.uuid]) for engagement in Engagement.objects.all()]
    lists = [reverse(name) for name in ("notifications", "mentor_today", "session_list", "message_list")]
    api = [reverse("api_bookings"), reverse("api_notifications")]
    feed = reverse("calendar_feed", args=[make_feed(person=mentor, replaces=None, now=NOW)])
    for address in (*lists, "/sessions/?tab=waiting", *sessions, *threads, *api, feed):
        answer = client.get(address)
        assert answer.status_code in (200, 302), address
        yield answer.content.decode()


def test_mail_with_the_code_names_the_session_that_is_held(client, offer, mailoutbox):
    client.post(choose_a_time(client, offer), {"email": EMAIL})

    [letter] = mailoutbox
    for words in (letter.body, letter.alternatives[0][0]):
        assert "25 minutes with Alice Adair on Thu 26 Nov, 14:30 (UTC). Held for you until 13:56." in words


@pytest.mark.parametrize("typed", ["Wren", ""], ids=["named in the form", "named after the code"])
@pytest.mark.parametrize("way", WAYS)
def test_mentor_is_told_of_a_new_person_by_name_only(
    way,
    typed,
    alice,
    offer,
    client_for,
    mailoutbox,
    smtp_sink,  # noqa: F811
    settings,
):
    guest = ReadingClient()
    door = WAYS[way](guest, offer)
    guest.post(door, {"email": EMAIL, "name": typed})
    after_code = guest.post(CODE, {"code": mailoutbox[-1].subject[:7]})
    if after_code["Location"] == NAME:
        assert not Notification.objects.filter(recipient=alice).exists()
        guest.post(NAME, {"name": "Wren"})
    go_on(guest, way, offer)

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    told = list(read_by(alice, client_for(alice), smtp_sink))

    assert (after_code["Location"] == NAME) == (typed == "" or way == "sign_in_first")
    assert Booking.objects.count() + WrittenQuestion.objects.count() == 1
    assert sum("Wren" in text for text in told) >= 4
    assert [word for word in STAND_INS for text in told if word in text] == []


def test_applying_asks_a_new_person_for_their_name_first(client, mailoutbox):
    client.post("/sign-in/", {"email": EMAIL, "next": "/mentor/apply/1/"})
    assert client.post(CODE, {"code": mailoutbox[-1].subject[:7], "next": "/mentor/apply/1/"})["Location"] == NAME
    assert client.post(NAME, {"name": "Wren"})["Location"] == "/mentor/apply/1/"
    assert 'value="Wren"' in markup_of(client.get("/mentor/apply/1/"))


def test_a_name_that_is_none_is_said_beside_the_field_of_each_form(offer):
    for way in (choose_a_time, ask_a_question, wait_for_a_time):
        guest = Client()
        answer = guest.post(way(guest, offer), {"email": EMAIL, "name": "www.spam.example"})
        assert (answer.status_code, problems_in(markup_of(answer))) == (422, ["id_name"])


def test_nobody_without_a_name_meets_anybody_even_past_the_pages(alice, offer, bob):
    """As a browser that was signed in before names were asked for, or a program."""
    User.objects.filter(pk=bob.pk).update(name="")
    bob.refresh_from_db()
    offer.profile.offers.create(length=15, format=Format.WRITING)
    written = offer.profile.offers.get(format=Format.WRITING)
    for act in (
        lambda: book(offer, bob),
        lambda: ask_in_writing(offer=written, brief=BriefInput(question=QUESTION), mentee=bob, now=NOW, key="k"),
    ):
        with pytest.raises(SessionError) as refused:
            act()
        assert refused.value.code == "no_name"
    assert not Notification.objects.exists()
