"""Roles of staff. Who was staff becomes moderator and support, and who could do everything becomes an owner too."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ROLES = [
    ("support", "Support"),
    ("programme", "Programme manager"),
    ("moderator", "Moderator"),
    ("owner", "Owner"),
]
# An installation that shares its database with the version before may still change the flags by hand.
COPY = """
CREATE FUNCTION copy_roles_to_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    theirs varchar(10)[];
    whose bigint := coalesce(NEW.person_id, OLD.person_id);
BEGIN
    SELECT coalesce(array_agg(role ORDER BY id), '{}') INTO theirs
    FROM accounts_staffrole WHERE person_id = whose AND ended_at IS NULL;
    UPDATE accounts_user SET roles = theirs, is_staff = theirs <> '{}', is_superuser = 'owner' = ANY(theirs)
    WHERE id = whose;
    RETURN NULL;
END $$;
CREATE TRIGGER roles_are_copied_to_their_person AFTER INSERT OR UPDATE OR DELETE ON accounts_staffrole
    FOR EACH ROW EXECUTE FUNCTION copy_roles_to_person();
"""
FILL = """
INSERT INTO accounts_staffrole (person_id, role, at)
SELECT id, role, now() FROM accounts_user, unnest(ARRAY['owner', 'moderator', 'support']) AS role
WHERE is_superuser OR is_staff AND role <> 'owner';
"""


def person(name: str, **options) -> tuple[str, models.Field]:
    to = {"to": settings.AUTH_USER_MODEL, "on_delete": django.db.models.deletion.PROTECT}
    return name, models.ForeignKey(**{"related_name": "+", **to, **options})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_my_data")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=ROLES, max_length=10),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="StaffRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=ROLES, max_length=10)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                person("given_by", blank=True, null=True),
                person("person", related_name="staff_roles"),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("person", "role"),
                        name="one_live_role_of_each_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("given_by", None),
                            models.Q(("given_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_gives_themselves_a_role",
                    ),
                ]
            },
        ),
        migrations.RunSQL(
            COPY,
            "DROP TRIGGER roles_are_copied_to_their_person ON accounts_staffrole; DROP FUNCTION copy_roles_to_person();",
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="trace",
            name="act",
            field=models.CharField(
                choices=[
                    ("person", "opened this page"),
                    ("session", "opened one of their sessions"),
                    ("role_given", "gave them a role"),
                    ("role_ended", "ended a role of theirs"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField("trace", *person("by", blank=True, null=True)),
    ]
