"""Sixty people, of whom pairs have parted: what each of two reads of the other afterwards, route by route."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from accounts.models import User
from events.errors import EventError
from events.models import Event
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from mentors.models import MentorProfile
from mentors.saved import save_mentor
from notifications.models import InboxItem, Notification
from sessions_app.conversation.files import add_file
from sessions_app.conversation.uploads import read_upload
from sessions_app.models import Booking, HeldTime, SharedFile
from sessions_app.waiting.acts import wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.apart import keep_apart
from tests.conftest import NOW, at
from tests.events.making import come
from tests.mentors.pictures import picture
from tests.sessions_app.conftest import book
from tests.trust.test_effects import pages_of
from tests.trust.test_sixty_people import MENTORS, crowd, undone  # noqa: F401 - a fixture
from trust.models import Separation, SeparationKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
MINUTE = timedelta(minutes=1)
FRIDAY = at("2026-11-27 10:00")
HOURS = OfficeHoursInput("Ask me", "Bring one question.", at("2026-12-01 10:00"), 60, 6)
CHANGING = rb'name="(csrfmiddlewaretoken|key)" value="[^"]*"|nonce-[\w=+/-]+'
LISTS = ("/waiting/", "/saved/")


class Pair:
    """A mentee and a mentor with a session, files of both, a place in line, a saved profile and office hours."""

    def __init__(self, profile: MentorProfile, mentee: User, client_for: Callable[[User], Client]) -> None:
        self.profile, self.mentor, self.mentee = profile, profile.person, mentee
        self.offer = profile.offers.timed().get()
        self.booking: Booking = book(self.offer, mentee, FRIDAY)
        self.files = {person: self.share(person) for person in (self.mentor, mentee)}
        self.hours: Event = offer_office_hours(host=self.mentor, said=HOURS, now=NOW)
        save_mentor(profile=profile, person=mentee, now=NOW)
        wait_for_mentor(profile=profile, words="", known=[], person=mentee, now=NOW)
        self.clients = {person: client_for(person) for person in (self.mentor, mentee)}

    def share(self, owner: User) -> SharedFile:
        upload = read_upload(SimpleUploadedFile(f"of-{owner.pk}.png", picture(format="PNG")))
        return add_file(engagement=self.booking.engagement, upload=upload, by=owner, now=NOW)

    @property
    def sides(self) -> list[tuple[User, User]]:
        return [(self.mentor, self.mentee), (self.mentee, self.mentor)]


def read(client: Client, address: str) -> tuple[int, bytes]:
    """Without what differs with every answer, and the number that the address names."""
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    named = re.findall(r"[0-9a-f-]{36}", address)
    return answer.status_code, re.sub(CHANGING, b"", content).replace("".join(named[:1]).encode() or b"-", b"-")


@contextmanager
def not_apart_but_without_times(pair: Pair) -> Iterator[None]:
    with transaction.atomic():
        Separation.objects.all().delete()
        pair.profile.schedule.windows.all().delete()
        pair.profile.offers.in_writing().update(is_active=False)
        yield
        transaction.set_rollback(True)


def test_who_has_parted_reads_of_the_other_what_is_not_there(crowd, client_for, settings, tmp_path):  # noqa: F811
    """Twelve of twenty pairs part, by each of the ways to; the others go on, and read all of it."""
    settings.MEDIA_ROOT = tmp_path
    profiles, people = crowd
    pairs = [Pair(profile, mentee, client_for) for profile, mentee in zip(profiles, people[MENTORS:], strict=False)]
    kinds = (SeparationKind.BLOCK, SeparationKind.SAFETY)
    parted, together = pairs[:12], pairs[12:]
    for number, pair in enumerate(parted):
        one, other = pair.sides[number % 2]
        keep_apart(one, other, kind=kinds[number // 2 % 2], now=NOW + MINUTE)
    told = set(Notification.objects.values_list("pk", flat=True)), set(InboxItem.objects.values_list("pk", flat=True))
    compared: Counter[str] = Counter()

    def compare(route: str, found: object, expected: object) -> None:
        assert found == expected, route
        compared[route] += 1

    for pair in pairs:
        is_apart = pair in parted
        for reader, other in pair.sides:
            client, file = pair.clients[reader], pair.files[other]
            for route in ("/files/{}/", "/files/{}/small/"):
                found, none = (read(client, route.format(uuid)) for uuid in (file.uuid, uuid4()))
                compare(route, found == none, is_apart)
            thread = pair.booking.engagement.uuid
            for route in (f"/messages/{thread}/files/", f"/sessions/{pair.booking.uuid}/files/"):
                status, content = read(client, route)
                compare(f"{route[:9]} files", (status, f"{file.uuid}".encode() in content), (200, not is_apart))
            for route in (f"/messages/{thread}/", f"/sessions/{pair.booking.uuid}/"):
                status, content = read(client, route)
                compare(route[:9], (status, f"/files/{file.uuid}/".encode() in content), (200, not is_apart))
        client = pair.clients[pair.mentee]
        link = f'"/mentors/{pair.profile.slug}/'.encode()
        found = read(client, "/mentors/?count=50")[1]
        if is_apart:
            compare("search", link in found, False)
            found = pages_of(client, pair.profile.slug, pair.offer) + [read(client, address) for address in LISTS]
            with not_apart_but_without_times(pair):
                expected = pages_of(client, pair.profile.slug, pair.offer)
                expected.append(read(client, "/waiting/"))
                pair.mentee.saved_mentors.all().delete()
                expected.append(read(client, "/saved/"))
            for route, one, other_one in zip(
                ("mentor", "mentor, a day", "mentor, a time", "slots", *LISTS), found, expected, strict=True
            ):
                compare(route, one, other_one)
        try:
            with transaction.atomic():
                come(pair.hours, pair.mentee)
                code = ""
                transaction.set_rollback(True)
        except EventError as refused:
            code = refused.code
        compare("office hours", code, "closed" if is_apart else "")

    told_since = Notification.objects.exclude(pk__in=told[0]), InboxItem.objects.exclude(pk__in=told[1])
    assert [rows.count() for rows in told_since] == [0, 0]
    hand_out_freed_time(now=NOW + 2 * MINUTE)
    assert not HeldTime.objects.filter(person__in=[pair.mentee for pair in parted]).exists()
    assert len(together) == 8
    assert (len(compared), sum(compared.values())) == (14, 344)
