"""The inbox, its bell, preferences and staff's deliveries, as people see them, with and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from notifications.models import Group, Notification, Preference, State
from notifications.unsubscribing import token_for
from sessions_app.booking.changes import cancel_booking, move_booking
from tests.browser.conftest import expect_done, first_free
from tests.browser.looking import problems
from tests.conftest import make_person

pytestmark = pytest.mark.browser


@pytest.fixture
def maria(transactional_db) -> User:
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


@pytest.fixture
def session(priya, bob, booked):
    """Booked by bob, then moved by priya: one line of news for each."""
    booking = booked(priya, bob)
    later = first_free(priya, days_ahead=5)
    return move_booking(booking=booking, start=later, by=priya.person, now=timezone.now())


@pytest.fixture
def broken(session, priya):
    """What did not arrive, with every kind of reason."""
    rows = list(Notification.objects.filter(recipient=priya.person).order_by("pk"))
    past = timezone.now() - timedelta(minutes=5)
    for row, (state, error) in zip(
        rows, [(State.DEAD, "550 5.1.1 <priya@example.org>: User unknown"), (State.UNCERTAIN, "")], strict=False
    ):
        Notification.objects.filter(pk=row.pk).update(state=state, last_error=error, attempts=8, due_at=past)
    Notification.objects.filter(state=State.PENDING).update(due_at=past, created_at=past, next_try_at=past)


def test_bell_leads_to_news_that_can_be_read_and_marked(browser_page, session, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto("/")
    page.get_by_role("link", name="Notifications, 1 unread").click()
    line = page.get_by_role("link", name="Priya rescheduled your session to", exact=False)
    line.click()
    expect(page).to_have_url(f"{page.url.split('/sessions')[0]}/sessions/{session.uuid}/")
    page.get_by_role("link", name="Notifications, 1 unread").click()
    page.get_by_role("button", name="Mark as read (Priya rescheduled").click()

    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Mark", exact=False)).to_have_count(0)
    # The reader is still at that line, not at the beginning of the page.
    expect(page.get_by_role("link", name="Priya rescheduled your session to", exact=False)).to_be_focused()


def test_all_is_marked_at_once(browser_page, session, priya, bob, js):
    cancel_booking(booking=session, by=priya.person, reason="Ill", now=timezone.now())
    page = browser_page(js=js, user=bob)
    page.goto("/notifications/")
    expect(page.get_by_role("link", name="Notifications, 2 unread")).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()

    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()
    expect_done(page)


def test_person_chooses_and_takes_it_back(browser_page, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto("/settings/")
    page.get_by_role("link", name="Choose which emails you get and when").click()
    page.get_by_label("After a session").uncheck(force=True)
    page.get_by_label("15 minutes").check(force=True)
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error-summary a")).to_have_attribute("href", "#id_quiet_until")
    page.get_by_label("Quiet until").fill("07:00")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    kept = Preference.objects.get(person=bob)
    assert (kept.off, kept.leads, str(kept.quiet_from)) == (["afterwards"], [1440, 60, 15], "22:00:00")


def test_link_of_a_mail_stops_these_mails_without_a_sign_in(browser_page, bob, js):
    page = browser_page(js=js)
    page.goto(f"/unsubscribe/{token_for(bob, Group.REMINDERS)}/")
    page.get_by_role("button", name="Stop these emails").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("You won’t get these emails any more")
    assert Preference.objects.get(person=bob).off == ["reminders"]


def test_staff_try_again_what_did_not_arrive(browser_page, broken, maria, js):
    page = browser_page(js=js, user=maria)
    page.goto("/staff/")
    page.locator("[data-queue=staff_deliveries] a").click()
    page.get_by_role("button", name="Try again").first.click()

    expect_done(page)
    assert Notification.objects.filter(state__in=(State.DEAD, State.UNCERTAIN)).count() == 1


def test_pages_in_every_look(browser_page, broken, priya, bob, maria):
    found = []
    for user, paths in (
        (priya.person, {"notifications": "/notifications/", "notification-settings": "/settings/notifications/"}),
        (maria, {"notifications-empty": "/notifications/", "staff-deliveries": "/staff/deliveries/"}),
        (None, {"unsubscribe": f"/unsubscribe/{token_for(bob, Group.AFTERWARDS)}/"}),
    ):
        page = browser_page(user=user)
        for name, path in paths.items():
            page.goto(path)
            found += problems(page, name)
    page.get_by_role("button", name="Stop these emails").click()
    found += problems(page, "unsubscribed")

    assert found == []
