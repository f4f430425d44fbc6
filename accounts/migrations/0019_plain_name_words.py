"""People are found by their names without accents, by an index as before."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations

import common.plain_letters


class Migration(migrations.Migration):
    atomic = False
    # Search has the function that takes accents away.
    dependencies = [("accounts", "0018_traces_of_programmes_and_cases"), ("search", "0002_plain_letters")]
    operations = [
        AddIndexConcurrently(
            "user",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector(common.plain_letters.PlainLetters("name"), config="simple"),
                fastupdate=False,
                name="person_plain_name_words",
            ),
        ),
        RemoveIndexConcurrently("user", "person_name_words"),
    ]
