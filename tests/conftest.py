"""The cast everyone knows: alice mentors, bob is her mentee, charlie is a stranger, maria moderates."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from about import texts
from accounts.models import User
from accounts.rules.roles import StaffRoleName
from accounts.session_store import SESSION
from events.registering.mentioning import forget_quiet
from mentors.models import MentorProfile, Offer, ProfileDraft, ProfileState, Topic
from search.indexing import write_profiles
from sessions_app.context_processors import FRAME
from sessions_app.models import AvailabilityWindow, Schedule
from tests import any_speed
from tests.chromium import chromium  # noqa: F401 - a fixture
from tests.emptying import delete_rather_than_truncate  # noqa: F401 - a fixture
from tests.reading_client import ReadingClient
from tests.remembering import memory, remembered  # noqa: F401 - fixtures
from tests.signing_in import note_second_step, sign_in
from tests.template_database import django_db_modify_db_settings  # noqa: F401 - a fixture

# What takes longest begins first, so that no process works alone at the end: of the rest no file takes ten seconds.
LONG = ("chaos/", "browser/", "test_", "search/", "api/", "events/", "sessions_app/")
# A Tuesday, 13:46 in London.
NOW = datetime(2026, 11, 24, 13, 46, tzinfo=UTC)
CAST = {
    "alice": ("Alice Adair", {}),
    "dora": ("Dora Dane", {}),
    "bob": ("Bob Bose", {"timezone": "Asia/Kolkata"}),
    "charlie": ("Charlie Chen", {}),
    "maria": ("Maria Marsh", {"is_staff": True}),
    "closed": ("Cleo Closed", {}),
}
MENTORS = ("alice", "dora")


def at(text: str) -> datetime:
    """at("2026-11-26 14:30") in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_person(email: str, name: str, timezone: str = "Europe/London", **fields) -> User:
    """Who is staff has all roles, unless some are named."""
    if fields.get("is_staff"):
        fields = {"roles": StaffRoleName.values, **fields}
    user = User.objects.create_user(email, "secret-pass-1", name=name, timezone=timezone, **fields)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_staff(person: User, *roles: StaffRoleName) -> User:
    """Give someone these roles, or all."""
    person.roles, person.is_staff = list(roles or StaffRoleName.values), True
    person.save()
    return person


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


any_speed.load_profile()


@pytest.hookimpl(trylast=True)  # after the shuffling
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((number for number, path in enumerate(LONG) if item.nodeid.startswith(f"tests/{path}")), len(LONG))

    items.sort(key=place)


def queries_of_each_time(context: CaptureQueriesContext) -> list[dict[str, str]]:
    """Preparing a statement is done once for each connection, whichever test comes first: it isn't counted."""
    queries = context.connection.queries[context.initial_queries : context.final_queries]
    return [query for query in queries if not query["sql"].startswith("PREPARE ")]


CaptureQueriesContext.captured_queries = property(queries_of_each_time)


def pytest_collection_finish() -> None:
    """Thousands of tests and all modules live until the end: going through them again for what could be freed took an
    eighth of the time. What is made from here on is looked through as ever, only not as often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True)
def nothing_is_written_by_staff():
    """What one test publishes is not shown in the footers of the next one, whose database lacks it."""
    texts.remember_kinds([])


@pytest.fixture(autouse=True)
def nothing_is_known_of_events():
    """That no event is open is remembered for a minute, which counts of statements must not depend on."""
    forget_quiet()


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
def two_languages(settings, monkeypatch) -> None:
    """English and German: with one language nothing is translated at all."""
    settings.LANGUAGES, settings.USE_I18N = [("en", "English"), ("de", "Deutsch")], True
    # Which functions translate is decided by the first that is called in a process.
    monkeypatch.setattr(translation, "_trans", type(translation._trans)())


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


class OneCast(NamedTuple):
    """Numbers of people by name, and the cookies of their sessions by number."""

    people: dict[str, int]
    sessions: dict[int, str]


@pytest.fixture(scope="module")
def one_cast(request) -> Iterator[OneCast | None]:
    """All people, made and signed in once for a module marked `one_cast`, whose tests take less than making them does.

    Its tests run inside one transaction, each in a savepoint: what a test writes is taken back after it, these people
    after the last. Each test loads them anew, so what one changes in an object is not there in the next.
    """
    if not request.node.get_closest_marker("one_cast"):
        yield None
        return
    with within_one_transaction(request):
        with time_machine.travel(NOW, tick=False):
            made = {name: make_one_of_cast(name) for name in CAST}
            sessions = {person.pk: session_of(person) for person in made.values()}
        yield OneCast({name: person.pk for name, person in made.items()}, sessions)


@contextmanager
def within_one_transaction(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is written here lasts as long as this, and each test inside runs in a savepoint of its own."""
    request.getfixturevalue("django_db_setup")
    with request.getfixturevalue("django_db_blocker").unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def make_one_of_cast(name: str) -> User:
    full_name, fields = CAST[name]
    person = make_person(f"{name}@example.org", full_name, **fields)
    if name in MENTORS:
        make_mentor(person)
    return person


def session_of(person: User) -> str:
    """Of one_cast, who may become managers in a test: each has used a second step."""
    client = Client()
    sign_in(client, person)
    note_second_step(client, person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def one_of_cast(db, one_cast: OneCast | None) -> Callable[[str], User]:
    return lambda name: User.objects.get(pk=one_cast.people[name]) if one_cast else make_one_of_cast(name)


@pytest.fixture
def alice(one_of_cast) -> User:
    return one_of_cast("alice")


@pytest.fixture
def offer(alice: User) -> Offer:
    return alice.mentor_profile.offers.timed().get()


@pytest.fixture
def bob(one_of_cast) -> User:
    return one_of_cast("bob")


@pytest.fixture
def charlie(one_of_cast) -> User:
    return one_of_cast("charlie")


@pytest.fixture
def maria(one_of_cast) -> User:
    return one_of_cast("maria")


@pytest.fixture
def dora(one_of_cast) -> User:
    """A second mentor."""
    return one_of_cast("dora")


@pytest.fixture
def closed(one_of_cast) -> User:
    """An account that a test closes."""
    return one_of_cast("closed")


@pytest.fixture
def topic(db) -> Topic:
    root = Topic.objects.create(name="Work", slug="work")
    return Topic.objects.create(name="Negotiation", slug="negotiation", parent=root, synonyms=["salary talk"])


@pytest.fixture
def client_for(one_cast: OneCast | None) -> Callable[[User], Client]:
    sessions = one_cast.sessions if one_cast else {}

    def open_browser(user: User) -> Client:
        with connection.cursor() as cursor:
            # Else the first page that a connection shows would count one statement more.
            for statement in (SESSION, FRAME):
                statement.ready_text(cursor)
        client = ReadingClient()
        if session := sessions.get(user.pk):
            client.cookies[settings.SESSION_COOKIE_NAME] = session
        else:
            sign_in(client, user)
        return client

    return open_browser
