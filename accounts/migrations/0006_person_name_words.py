"""Staff find a person by the beginning of any word of the name, without all people being read."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0005_trace")]
    operations = [
        AddIndexConcurrently(
            "user",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("name", config="simple"),
                fastupdate=False,
                name="person_name_words",
            ),
        )
    ]
