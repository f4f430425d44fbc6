import pytest
from django.urls import reverse

from sessions_app.models import Booking, Feedback
from tests.conftest import NOW, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def admin_client(client_for):
    return client_for(make_person("root@example.org", "Root Rowe", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("model", ["booking", "engagement", "feedback", "schedule"])
def test_the_admin_lists_and_shows_sessions_but_edits_none(booking, bob, admin_client, model):
    Feedback.objects.create(booking=booking, author=bob, role="mentee", resolution="yes", advice="psst", created_at=NOW)
    page = admin_client.get(reverse(f"admin:sessions_app_{model}_changelist"))
    row = page.context["cl"].queryset.get()

    shown = admin_client.get(reverse(f"admin:sessions_app_{model}_change", args=[row.pk])).content.decode()

    assert 'name="_save"' not in shown
    assert "psst" not in shown
    assert booking.room not in shown


def test_cancelling_in_the_admin_goes_through_the_service(booking, admin_client):
    data = {"action": "cancel", "_selected_action": [booking.pk]}

    page = admin_client.post(reverse("admin:sessions_app_booking_changelist"), data, follow=True)

    booking = Booking.objects.get()
    assert (booking.state, booking.reason, booking.occupancies.count()) == ("cancelled", "Cancelled by the team.", 0)
    assert "1 session is cancelled." in page.content.decode()


def test_the_admin_asks_a_visitor_to_sign_in_on_our_page(client, db):
    assert client.get("/admin/login/")["Location"].startswith("/sign-in/")
