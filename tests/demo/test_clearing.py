"""What is deleted by hand-written SQL, which no cascade of the models follows."""

import re

import pytest
from django.db import connection

from demo.clearing import ROWS

DELETED = [re.match(r"DELETE FROM (\w+)", row)[1] for row in ROWS]
# Rows that have to be deleted before those that they refer to: the database neither deletes nor empties them.
REFERENCES = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND confdeltype = 'a' AND conrelid <> confrelid AND confrelid::regclass::text = ANY(%s)
"""


@pytest.mark.django_db
def test_what_refers_to_a_row_is_deleted_before_it():
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES, [DELETED])
        references = set(cursor.fetchall())

    # Some tables have a second statement, for rows that refer to something else.
    left = {(one, other) for one, other in references if one not in DELETED[: DELETED.index(other)]}

    assert len(references) > 30
    assert left == set()
