"""The mail sink and its pages: a real SMTP conversation, and pages that exist only in development."""

import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from django.urls import include, path

from common.dev_mail.mailbox import MailNotFoundError, find_attachment, list_names, read_mail, store_message
from common.dev_mail.sink import open_sink
from local.ports import free_port
from mentoring.urls import handler404
from mentoring.urls import urlpatterns as product_urlpatterns

__all__ = ["handler404", "urlpatterns"]  # this module is the map of addresses while it tests
ARRIVED = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)
urlpatterns = [path("dev/mail/", include("common.dev_mail.urls")), *product_urlpatterns]


def compose(subject="Your code", html='<html><head></head><body style="color:red">A code</body></html>'):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "no-reply@example.org", "Bob <bob@example.org>"
    message.set_content("Your code is 123456.\nhttps://example.org/sign-in/\n")
    message.add_alternative(html, subtype="html")
    message.add_attachment("BEGIN:VCALENDAR\r\n", subtype="calendar", filename="session.ics")
    return message


@pytest.fixture
def mailbox(settings, tmp_path):
    settings.DEV_MAIL = True
    settings.DEV_MAIL_DIR = tmp_path / "mail"
    settings.ROOT_URLCONF = __name__
    return settings.DEV_MAIL_DIR


def test_sink_keeps_what_it_is_given_over_smtp(mailbox):
    told = []
    port = free_port()
    controller = open_sink(mailbox, port, told.append)
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            client.send_message(compose(subject="Zürich, 14:30 → 15:00"))
    finally:
        controller.stop()

    (name,) = list_names(mailbox)
    mail = read_mail(mailbox, name)
    assert (mail.subject, mail.to) == ("Zürich, 14:30 → 15:00", "Bob <bob@example.org>")
    assert mail.text == "Your code is 123456.\nhttps://example.org/sign-in/\n"
    assert told == [f"{name} to bob@example.org"]


def test_names_come_newest_first_and_leave_unfinished_files_out(mailbox):
    first = store_message(mailbox, b"Subject: first\n\n", ARRIVED)
    second = store_message(mailbox, b"Subject: second\n\n", ARRIVED.replace(hour=15))
    (mailbox / f"{second}.partial").write_bytes(b"half")
    (mailbox / "notes.eml").write_bytes(b"not ours")

    assert list_names(mailbox) == [second, first]


def test_names_of_a_sink_that_never_ran_are_none(mailbox):
    assert list_names(mailbox) == []


def test_read_takes_a_mail_apart(mailbox):
    mail = read_mail(mailbox, store_message(mailbox, compose().as_bytes(), ARRIVED))

    assert mail.arrived == ARRIVED
    assert "style=" in mail.html
    assert [(part.filename, part.content_type) for part in mail.attachments] == [("session.ics", "text/calendar")]
    assert find_attachment(mail, mail.attachments[0].number).content.splitlines() == [b"BEGIN:VCALENDAR"]


@pytest.mark.parametrize("name", ["../secret_key", "..", "20261126T143000000000-00000000", "", "x\0y"])
def test_read_refuses_names_of_nothing_kept(mailbox, name):
    mailbox.mkdir()
    (mailbox.parent / "secret_key.eml").write_text("secret")

    with pytest.raises(MailNotFoundError):
        read_mail(mailbox, name)


@pytest.mark.django_db
def test_list_shows_mails_to_somebody_signed_out(client, mailbox):
    name = store_message(mailbox, compose().as_bytes(), ARRIVED)

    page = client.get("/dev/mail/")

    assert [mail.name for mail in page.context["mails"]] == [name]
    assert f'href="/dev/mail/{name}/"' in page.text


@pytest.mark.django_db
def test_list_without_mail_says_so(client, mailbox):
    assert "No emails yet" in client.get("/dev/mail/").text


@pytest.mark.django_db
def test_detail_escapes_what_the_mail_says(client, mailbox):
    name = store_message(mailbox, compose(subject="<script>alert(1)</script>").as_bytes(), ARRIVED)

    page = client.get(f"/dev/mail/{name}/")

    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert '<a href="https://example.org/sign-in/"' in page.text


@pytest.mark.django_db
def test_html_part_is_shut_in_by_its_own_policy(client, mailbox):
    name = store_message(mailbox, compose().as_bytes(), ARRIVED)

    response = client.get(f"/dev/mail/{name}/html/")

    policy = dict(rule.strip().split(" ", 1) for rule in response.headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "base-uri": "'none'",
        "default-src": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "img-src": "data:",
        "sandbox": "allow-top-navigation-by-user-activation",
        "style-src": "'unsafe-inline'",
    }
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_top"></head>' in response.text


@pytest.mark.django_db
def test_attachment_is_downloaded_under_its_name(client, mailbox):
    name = store_message(mailbox, compose().as_bytes(), ARRIVED)
    (part,) = read_mail(mailbox, name).attachments

    response = client.get(f"/dev/mail/{name}/part/{part.number}/")

    assert response.headers["Content-Disposition"] == 'attachment; filename="session.ics"'
    assert response.content == part.content


@pytest.mark.django_db
@pytest.mark.parametrize("tail", ["", "html/", "part/99/"])
def test_pages_of_an_unknown_mail_are_not_found(client, mailbox, tail):
    response = client.get(f"/dev/mail/20261126T143000000000-00000000/{tail}")

    assert (response.status_code, response.templates[0].name) == (404, "404.html")


@pytest.mark.django_db
def test_pages_do_not_exist_in_production(client, mailbox, settings):
    name = store_message(mailbox, compose().as_bytes(), ARRIVED)
    settings.DEV_MAIL = False

    statuses = {tail: client.get(f"/dev/mail/{tail}").status_code for tail in ("", f"{name}/", f"{name}/html/")}

    assert statuses == {"": 404, f"{name}/": 404, f"{name}/html/": 404}
