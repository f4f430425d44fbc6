from datetime import date

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from sessions_app.models import AvailabilityWindow, Booking, DateOverride, Feedback, Schedule
from tests.conftest import NOW, make_person
from tests.markup import text_of

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


@pytest.mark.parametrize(("timezone", "shown"), [("Asia/Kolkata", "20:00 IST"), ("Europe/London", "14:30 GMT")])
def test_the_admin_names_the_zone_of_its_times_and_has_our_colours(booking, client_for, timezone, shown):
    root = make_person("root@example.org", "Root Rowe", timezone, is_staff=True, is_superuser=True)
    pages = [reverse("admin:sessions_app_booking_changelist")]
    pages += [reverse("admin:sessions_app_booking_change", args=[booking.pk])]

    for page in pages:
        text = client_for(root).get(page).content.decode()
        assert f"Thu 26 Nov 2026, {shown}" in text
        assert "+00:00" not in text
        assert f'href="{reverse("staff_home")}"' in text
        assert "--color-primary-600: rgb(11, 85, 99)" in text


def test_a_schedule_is_shown_in_words(booking, admin_client):
    schedule = booking.mentor.mentor_profile.schedule
    AvailabilityWindow.objects.filter(schedule=schedule).delete()
    AvailabilityWindow.objects.create(schedule=schedule, weekday=1, start=18 * 60, end=24 * 60)
    DateOverride.objects.create(schedule=schedule, date=date(2026, 12, 24))
    Schedule.objects.update(notice=240, buffer=0)

    # What is read: tokens and addresses, which are made up, may have these numbers in them.
    page = text_of(admin_client.get(reverse("admin:sessions_app_schedule_change", args=[schedule.pk])))

    assert [text in page for text in ("Monday", "18:00–00:00", "Closed", "4 hours")] == [True] * 4
    assert [text in page for text in ("1080", "1440", "240")] == [False] * 3


def test_cancelling_in_the_admin_goes_through_the_service(booking, admin_client):
    data = {"action": "cancel", "_selected_action": [booking.pk]}

    page = admin_client.post(reverse("admin:sessions_app_booking_changelist"), data, follow=True)

    booking = Booking.objects.get()
    assert (booking.state, booking.reason, booking.occupancies.count()) == ("cancelled", "Cancelled by the team.", 0)
    assert "1 session is cancelled." in page.content.decode()


def staff_who_may(*rights: str):
    """A member of staff with these rights alone, on bookings."""
    person = make_person("staff@example.org", "Stan Staff", is_staff=True)
    names = [f"{right}_booking" for right in rights]
    person.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="sessions_app"))
    return person


@pytest.mark.parametrize(("rights", "state"), [(["view"], "confirmed"), (["view", "change"], "cancelled")])
def test_an_act_in_the_admin_asks_for_the_right_to_change(booking, client_for, rights, state):
    client = client_for(staff_who_may(*rights))
    page = reverse("admin:sessions_app_booking_changelist")

    form = client.get(page).context["action_form"]
    offered = {name for name, _label in form.fields["action"].choices if name} if form else set()
    client.post(page, {"action": "cancel", "_selected_action": [booking.pk]}, follow=True)

    assert offered == ({"cancel", "expire"} if "change" in rights else set())
    assert Booking.objects.get().state == state


def test_no_act_in_the_admin_is_open_to_those_who_may_only_look():
    """Every act of every page, Unfold's kinds too, names a right, and more than the one to look."""
    kinds = ("actions_list", "actions_detail", "actions_row", "actions_submit_line")
    named = {}
    for page in admin.site._registry.values():
        asked = [function for function, _name, _label in page._get_base_actions()]
        asked += [getattr(page, name) for kind in kinds for name in getattr(page, kind, ()) if isinstance(name, str)]
        for act in asked:
            named[f"{type(page).__name__}.{act.__name__}"] = set(getattr(act, "allowed_permissions", ()))

    assert {"BookingAdmin.cancel", "BookingAdmin.expire", "MentorProfileAdmin.approve"} <= named.keys()
    assert {name: rights for name, rights in named.items() if not rights or rights & {"view"}} == {}


def test_the_admin_asks_a_visitor_to_sign_in_on_our_page(client, db):
    assert client.get("/admin/login/")["Location"].startswith("/sign-in/")
