"""No migration stops the version that still runs, as docs/deployment.md promises."""

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Q

from tests.migrating import GONE, LOCK, NO_DEFAULT, faults
from tests.test_project import ROOT

pytestmark = pytest.mark.django_db


def later_migrations(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Ours, without those that made an app's tables in the first place: nothing ran before them."""
    ours = {config.label for config in apps.get_app_configs() if str(config.path).startswith(str(ROOT / config.label))}
    first = {key for key, migration in loader.graph.nodes.items() if key[0] in ours and is_first(migration, loader)}
    return sorted(key for key in loader.graph.nodes if key[0] in ours and key not in first)


def is_first(migration, loader: MigrationLoader) -> bool:
    """Marked so, and with nothing but others of that kind before it."""
    own = [key for key in migration.dependencies if key[0] == migration.app_label]
    return bool(migration.initial) and all(is_first(loader.graph.nodes[key], loader) for key in own)


def test_no_migration_stops_the_version_that_still_runs():
    loader = MigrationLoader(connection)
    found = {
        key: wrong
        for key in later_migrations(loader)
        if (wrong := faults(loader.graph.nodes[key], loader.project_state(key, at_end=False)))
    }

    assert found == {}


def thing(**fields: models.Field) -> ProjectState:
    state = ProjectState()
    own = {"id": models.BigAutoField(primary_key=True), "name": models.CharField(max_length=20, null=True), **fields}
    state.add_model(ModelState("common", "Thing", list(own.items())))
    state.add_model(ModelState("common", "Other", [("id", models.BigAutoField(primary_key=True))]))
    return state


def migration(*steps, excused=None) -> Migration:
    made = Migration("0099_made_up", "common")
    made.operations = list(steps)
    if excused is not None:
        made.excused = excused
    return made


def add(field: models.Field, **more) -> operations.AddField:
    return operations.AddField("thing", "more", field, **more)


def alter(field: models.Field) -> operations.AlterField:
    return operations.AlterField("thing", "name", field)


SHORT = models.Index(fields=["name"], name="thing_name")
CHECK = models.CheckConstraint(condition=~Q(name=""), name="thing_has_name")
LINK = models.ForeignKey("common.Other", models.CASCADE, null=True)
LEAVES = operations.SeparateDatabaseAndState(state_operations=[operations.RemoveField("thing", "name")])
BAD = {
    "not null": (add(models.IntegerField()), NO_DEFAULT),
    "not null, by Django's default alone": (add(models.IntegerField(default=0)), NO_DEFAULT),
    "not null for those there are": (add(models.IntegerField(default=0), preserve_default=False), NO_DEFAULT),
    "not null by SQL": (operations.RunSQL("ALTER TABLE common_thing ADD COLUMN more int NOT NULL"), NO_DEFAULT),
    "no longer null": (alter(models.CharField(max_length=20)), NO_DEFAULT),
    "no longer null, looked at": (alter(models.CharField(max_length=20, db_default="")), LOCK),
    "no longer null by SQL, without a default": (
        operations.RunSQL("ALTER TABLE common_thing ALTER name SET NOT NULL"),
        NO_DEFAULT,
    ),
    "its default dropped by SQL": (operations.RunSQL("ALTER TABLE common_thing ALTER name DROP DEFAULT"), NO_DEFAULT),
    "no longer null by SQL": (operations.RunSQL("ALTER TABLE common_thing ALTER name SET NOT NULL"), LOCK),
    "dropped": (operations.RemoveField("thing", "name"), GONE),
    "renamed": (operations.RenameField("thing", "name", "title"), GONE),
    "a table dropped": (operations.DeleteModel("Thing"), GONE),
    "a table renamed": (operations.RenameModel("Thing", "Matter"), GONE),
    "another type": (alter(models.IntegerField(null=True)), GONE),
    "shorter": (alter(models.CharField(max_length=10, null=True)), GONE),
    "another type by SQL": (operations.RunSQL("ALTER TABLE t ALTER COLUMN name TYPE int"), GONE),
    "an index": (operations.AddIndex("thing", SHORT), LOCK),
    "an index by SQL": (operations.RunSQL([("CREATE INDEX a ON common_thing (name)", None)]), LOCK),
    "an index of a column": (alter(models.CharField(max_length=20, null=True, db_index=True)), LOCK),
    "a constraint": (operations.AddConstraint("thing", CHECK), LOCK),
    "a constraint by SQL": (operations.RunSQL("ALTER TABLE common_thing ADD CONSTRAINT a CHECK (name <> '')"), LOCK),
    "a link by SQL": (
        operations.RunSQL("ALTER TABLE common_thing ADD FOREIGN KEY (other_id) REFERENCES common_other"),
        LOCK,
    ),
    "a link with its index": (add(LINK), LOCK),
    "hidden in another": (operations.SeparateDatabaseAndState([operations.RemoveField("thing", "name")], []), GONE),
}
GOOD = {
    "null": add(models.IntegerField(null=True)),
    "a default of the database": add(models.IntegerField(db_default=0)),
    "the same by SQL": operations.RunSQL("ALTER TABLE common_thing ADD COLUMN more int NOT NULL DEFAULT 0"),
    "many to many": add(models.ManyToManyField("common.Other")),
    "longer": alter(models.CharField(max_length=40, null=True)),
    "other words on the page": alter(models.CharField("title", max_length=20, null=True)),
    "an index beside the work": AddIndexConcurrently("thing", SHORT),
    "a constraint for new rows": AddConstraintNotValid("thing", CHECK),
    "a constraint for new rows by SQL": operations.RunSQL(
        "ALTER TABLE common_thing ADD CONSTRAINT a CHECK (name <> '') NOT VALID"
    ),
    "no longer used": LEAVES,
    "dropped a release later": operations.RunSQL("ALTER TABLE common_thing DROP COLUMN old_name"),
    "a new table": operations.CreateModel(
        "New", [("id", models.BigAutoField(primary_key=True)), ("n", models.TextField())]
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_migration_is_caught(case):
    step, wrong = BAD[case]

    assert wrong in faults(migration(step), thing())


@pytest.mark.parametrize("case", GOOD)
def test_a_good_migration_is_taken(case):
    assert faults(migration(GOOD[case]), thing()) == set()


def test_dropping_in_the_step_that_stops_using_is_caught():
    assert faults(migration(LEAVES, operations.RunSQL("ALTER TABLE common_thing DROP COLUMN name")), thing()) == {GONE}


def test_a_table_made_by_the_same_migration_may_be_made_in_any_way():
    made = operations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])
    more = operations.AddField("new", "n", models.IntegerField())
    index = operations.AddIndex("new", models.Index(fields=["n"], name="new_n"))

    assert faults(migration(made, more, index), thing()) == set()


def test_a_default_that_is_set_before_counts_and_the_lock_stays():
    steps = "ALTER TABLE common_thing ALTER name SET DEFAULT ''; ALTER TABLE common_thing ALTER name SET NOT NULL"

    assert faults(migration(operations.RunSQL(steps)), thing()) == {LOCK}


def test_a_lock_is_excused_by_a_reason_and_nothing_else_is():
    steps = operations.AddIndex("thing", SHORT), add(models.IntegerField())
    reasons = {LOCK: "Forty rows at most.", NO_DEFAULT: "Please.", GONE: "Please."}

    assert faults(migration(*steps, excused=reasons), thing()) == {NO_DEFAULT}
    assert faults(migration(*steps, excused={LOCK: " "}), thing()) == {NO_DEFAULT, LOCK}


def test_only_the_first_migrations_of_an_app_are_left_out():
    loader = MigrationLoader(connection)
    later = later_migrations(loader)

    assert [key for key in later if key[1].startswith("0001_")] == []
    pretender = Migration("0099_later", "search")
    pretender.initial, pretender.dependencies = True, [("search", "0003_table_settings")]
    assert not is_first(pretender, loader)
