"""The cast everyone knows: alice mentors, bob is her mentee, charlie is a stranger, maria moderates."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.db.models import Model
from django.test import Client

from about import texts
from accounts.models import User
from mentors.models import MentorProfile, Offer, ProfileDraft, ProfileState, Topic
from search.indexing import write_profiles
from sessions_app.models import AvailabilityWindow, Schedule
from tests.chromium import chromium  # noqa: F401 - a fixture
from tests.emptying import delete_rather_than_truncate  # noqa: F401 - a fixture
from tests.reading_client import ReadingClient

# What takes longest begins first, so that no process works alone at the end.
LONG = ("tests/chaos/", "tests/browser/", "tests/test_bad_input", "tests/test_access", "tests/search/", "tests/api/")
# A Tuesday, 13:46 in London.
NOW = datetime(2026, 11, 24, 13, 46, tzinfo=UTC)


def at(text: str) -> datetime:
    """at("2026-11-26 14:30") in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_person(email: str, name: str, timezone: str = "Europe/London", **fields) -> User:
    user = User.objects.create_user(email, "secret-pass-1", name=name, timezone=timezone, **fields)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_mentor(
    person: User,
    *,
    windows: list[tuple[int, int, int]] | None = None,
    length: int = 25,
    instant: bool = True,
    headline: str = "Engineering director",
    asks: tuple[str, ...] = ("Should I take the counter-offer?", "How do I ask for the level?", "My first reorg"),
    **rules,
) -> MentorProfile:
    """An approved mentor with one offer; Monday to Friday 09:00–17:00 of their own zone unless told otherwise."""
    words = {"headline": headline, "asks": list(asks), "how_i_work": "Bring the letter.", "languages": ["en"]}
    profile = MentorProfile.objects.create(
        person=person,
        slug=person.name.lower().replace(" ", "-"),
        state=ProfileState.APPROVED,
        approved_at=NOW,
        **words,
    )
    ProfileDraft.objects.create(profile=profile, **words)
    Offer.objects.create(profile=profile, length=length, instant=instant)
    schedule = Schedule.objects.create(profile=profile, timezone=person.timezone, **rules)
    week = windows if windows is not None else [(day, 540, 1020) for day in range(1, 6)]
    AvailabilityWindow.objects.bulk_create(
        AvailabilityWindow(schedule=schedule, weekday=day, start=start, end=end) for day, start, end in week
    )
    write_profiles([profile.pk])
    return profile


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((number for number, path in enumerate(LONG) if item.nodeid.startswith(path)), len(LONG))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def nothing_is_written_by_staff():
    """What one test publishes is not shown in the footers of the next one, whose database lacks it."""
    texts.remember_kinds([])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Commits of the test's database don't wait for the disk. Others see them as ever: what would be lost with the
    machine's power is all that differs, and PostgreSQL crashes in tests/chaos only, which has a server of its own.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET synchronous_commit TO off')
        connection.close()  # the next one has it


@pytest.fixture
def now():
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def set_database_clock(db) -> Callable[[str], None]:
    """PostgreSQL's clock shows `now() + shift` from here on, as if this machine's were wrong by as much."""

    def shift(by: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA IF NOT EXISTS shifted")
            cursor.execute(
                "CREATE OR REPLACE FUNCTION shifted.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                f"$$ SELECT pg_catalog.clock_timestamp() + interval '{by}' $$"
            )
            cursor.execute("SET LOCAL search_path TO shifted, pg_catalog, public")

    return shift


@pytest.fixture
def break_row(db) -> Callable[[Model], None]:
    """From here on PostgreSQL refuses each change of this row, and of no other."""

    def spoil(row: Model) -> None:
        table = row._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'this row is broken' USING ERRCODE = 'data_exception'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER broken_{row.pk} BEFORE UPDATE ON {table} FOR EACH ROW "
                f"WHEN (OLD.id = {row.pk}) EXECUTE FUNCTION refuse_change()"
            )

    return spoil


@pytest.fixture
def alice(db) -> User:
    person = make_person("alice@example.org", "Alice Adair")
    make_mentor(person)
    return person


@pytest.fixture
def offer(alice: User) -> Offer:
    return alice.mentor_profile.offers.timed().get()


@pytest.fixture
def bob(db) -> User:
    return make_person("bob@example.org", "Bob Bose", "Asia/Kolkata")


@pytest.fixture
def charlie(db) -> User:
    return make_person("charlie@example.org", "Charlie Chen")


@pytest.fixture
def maria(db) -> User:
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


@pytest.fixture
def topic(db) -> Topic:
    root = Topic.objects.create(name="Work", slug="work")
    return Topic.objects.create(name="Negotiation", slug="negotiation", parent=root, synonyms=["salary talk"])


@pytest.fixture
def client_for() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = ReadingClient()
        client.force_login(user)
        return client

    return sign_in
