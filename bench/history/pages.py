"""Every kind of page, call, scrape and feed: as its reader, with the longest history that there is of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from accounts.rules.roles import StaffRoleName
from common.hashing import hash_text
from mentors.models import MentorProfile
from programmes.models import Manager
from sessions_app.models import Booking, CalendarFeed, Certificate, Engagement, Message
from sessions_app.models.states import OPEN

from .people import Crowd
from .programmes import SLUG

QUESTION = "How do I ask for more?"
# A page that Paginator takes for the last one
LAST = "page=1000000"


class Page(NamedTuple):
    """`reader` is None for a visitor."""

    name: str
    reader: User | None
    path: str


@dataclass(frozen=True)
class Readers:
    """The people of a filled world: the mentor and the mentee with the longest history, and staff."""

    crowd: Crowd
    now: datetime

    @cached_property
    def mentor(self) -> User:
        return User.objects.get(pk=self.crowd.mentor + 1)

    @cached_property
    def mentee(self) -> User:
        return User.objects.get(pk=self.crowd.mentee + 1)

    @cached_property
    def staff(self) -> User:
        """Someone without sessions of their own, with every role."""
        given = {"name": "Maria Marsh", "is_staff": True, "is_superuser": True, "timezone": "Europe/London"}
        given["roles"] = StaffRoleName.values
        return User.objects.update_or_create(email="staff@history.example", defaults=given)[0]

    def make_feed(self, person: User) -> str:
        token = f"the-calendar-of-{person.pk}"
        given = {"token_hash": hash_text(token), "created_at": self.now, "changed_at": self.now}
        CalendarFeed.objects.update_or_create(person=person, defaults=given)
        return token


def list_pages(readers: Readers) -> Iterator[Page]:
    yield from _pages_of_visitors(readers)
    yield from _pages_of_mentee(readers)
    yield from _pages_of_mentor(readers)
    yield from _pages_of_staff(readers)
    yield from _pages_of_manager()
    yield Page("healthz", None, reverse("healthz"))
    yield Page("metrics", None, reverse("metrics"))


def _pages_of_visitors(readers: Readers) -> Iterator[Page]:
    search, profile = urlencode({"q": QUESTION}), MentorProfile.objects.get(person=readers.mentor)
    topic, offer, today = profile.topics.all()[0], profile.offers.bookable()[0], readers.now.date()
    dates = {"offer": offer.uuid, "timezone": "Europe/London", "from": today, "to": today + timedelta(days=28)}
    for name, path in (
        ("home", reverse("home")),
        ("results", f"{reverse('mentor_list')}?{search}"),
        ("results of a topic", f"{reverse('mentor_list')}?topic={topic.slug}"),
        ("mentor", reverse("mentor_detail", args=[profile.slug])),
        ("certificate", reverse("certificate_check", args=[Certificate.objects.all()[0].code])),
        ("API mentors", f"{reverse('api_mentors')}?{search}"),
        ("API mentor", reverse("api_mentor", args=[profile.slug])),
        ("API slots", f"{reverse('api_slots', args=[profile.slug])}?{urlencode(dates)}"),
        ("feed of mentee", reverse("calendar_feed", args=[readers.make_feed(readers.mentee)])),
        ("feed of mentor", reverse("calendar_feed", args=[readers.make_feed(readers.mentor)])),
    ):
        yield Page(name, None, path)


def _own_pages(name: str, person: User, now: datetime) -> Iterator[Page]:
    """What mentees and mentors have both."""
    mine = Booking.objects.visible_to(person)
    open_one, past_one = mine.filter(state__in=OPEN).order_by("-during")[0], mine.past(now)[0]
    for tab in ("upcoming", "waiting", "past", "cancelled"):
        yield Page(f"{name}: sessions, {tab}", person, f"{reverse('session_list')}?tab={tab}")
    yield Page(f"{name}: session", person, reverse("session", args=[open_one.uuid]))
    yield Page(f"{name}: past session", person, reverse("session", args=[past_one.uuid]))
    yield Page(f"{name}: messages", person, reverse("message_list"))
    yield Page(f"{name}: messages, last page", person, f"{reverse('message_list')}?{LAST}")
    yield Page(f"{name}: thread", person, reverse("thread", args=[open_one.engagement.uuid]))
    yield Page(f"{name}: inbox", person, reverse("notifications"))
    yield Page(f"{name}: inbox, last page", person, f"{reverse('notifications')}?{LAST}")
    yield Page(f"{name}: API bookings", person, reverse("api_bookings"))
    yield Page(f"{name}: API inbox", person, reverse("api_notifications"))


def _pages_of_mentee(readers: Readers) -> Iterator[Page]:
    mentee, profile = readers.mentee, MentorProfile.objects.get(person=readers.mentor)
    yield from _own_pages("mentee", mentee, readers.now)
    for name, path in (
        ("home", reverse("home")),
        ("results", f"{reverse('mentor_list')}?{urlencode({'q': QUESTION})}"),
        ("mentor", reverse("mentor_detail", args=[profile.slug])),
        ("long thread", reverse("thread", args=[_long_thread().uuid])),
        ("takeaways", reverse("left_with")),
        ("takeaways, last page", f"{reverse('left_with')}?{LAST}"),
        ("open steps", f"{reverse('left_with')}?show=open"),
        ("waiting list", reverse("waiting_list")),
    ):
        yield Page(f"mentee: {name}", mentee, path)


def _long_thread() -> Engagement:
    return Message.objects.select_related("engagement").order_by("-pk")[0].engagement


def _pages_of_mentor(readers: Readers) -> Iterator[Page]:
    mentor = readers.mentor
    yield from _own_pages("mentor", mentor, readers.now)
    for name, path in (
        ("today", reverse("mentor_today")),
        ("week", reverse("mentor_availability")),
        ("feedback", reverse("mentor_feedback")),
        ("feedback, last page", f"{reverse('mentor_feedback')}?{LAST}"),
        ("record", reverse("mentor_record")),
        ("certificates", reverse("mentor_certificates")),
        ("offers", reverse("mentor_offers")),
    ):
        yield Page(f"mentor: {name}", mentor, path)


def _pages_of_manager() -> Iterator[Page]:
    """None in a world that was filled before there were programmes."""
    for manager in Manager.objects.filter(programme__slug=SLUG).select_related("person", "programme"):
        slug = manager.programme.slug
        for name in ("manage", "members", "rules", "figures"):
            yield Page(f"manager: {name}", manager.person, reverse(f"programme_{name}", args=[slug]))
        page = f"{reverse('programme_figures', args=[slug])}?period=1"
        yield Page("manager: figures, first weeks", manager.person, page)


def _pages_of_staff(readers: Readers) -> Iterator[Page]:
    booking = Booking.objects.visible_to(readers.mentee).past(readers.now)[0]
    paths = {
        "home": reverse("staff_home"),
        "people": f"{reverse('staff_people')}?q=Person",
        "mentee": reverse("staff_person", args=[readers.mentee.uuid]),
        "mentor": reverse("staff_person", args=[readers.mentor.uuid]),
        "session": reverse("staff_session", args=[booking.uuid]),
        "profiles": reverse("staff_profiles"),
        "profiles, live": f"{reverse('staff_profiles')}?state=live",
        "clock": reverse("staff_clock"),
        "unmet": reverse("staff_unmet"),
        "deliveries": reverse("staff_deliveries"),
        "deliveries, last page": f"{reverse('staff_deliveries')}?{LAST}",
        "webhooks": reverse("staff_webhooks"),
        "reading": reverse("staff_reading"),
    }
    paths |= {f"outcomes, {period}": f"{reverse('staff_outcomes')}?period={period}" for period in ("30", "90", "all")}
    paths["outcomes, by kind"] = f"{reverse('staff_outcomes')}?period=all&by=kind"
    tabs = {
        "staff_words": ("waiting", "shown", "not-shown", "team"),
        "staff_attendance": ("waiting", "decided"),
        "staff_cases": ("waiting", "decided"),
    }
    for view, states in tabs.items():
        paths |= {f"{view[6:]}, {state}": f"{reverse(view)}?state={state}" for state in states}
    paths["words, last page"] = f"{reverse('staff_words')}?state=shown&{LAST}"
    for model in ("sessions_app_booking", "sessions_app_engagement", "sessions_app_feedback", "accounts_user"):
        paths[f"admin {model.split('_')[-1]}"] = reverse(f"admin:{model}_changelist")
    for name, path in paths.items():
        yield Page(f"staff: {name}", readers.staff, path)
