"""Also of use for the migrations of other apps."""

from django.db import migrations

TRIGGERS = """
CREATE TRIGGER {table}_counts_new AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_states();
CREATE TRIGGER {table}_counts_gone AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_states();
CREATE TRIGGER {table}_counts_changed AFTER UPDATE OF state ON {table}
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION count_states();
INSERT INTO notifications_statecount (table_name, state, change)
SELECT '{table}', state, count(*) FROM {table} GROUP BY state;
"""
WITHOUT = """
DROP TRIGGER {table}_counts_new ON {table};
DROP TRIGGER {table}_counts_gone ON {table};
DROP TRIGGER {table}_counts_changed ON {table};
DELETE FROM notifications_statecount WHERE table_name = '{table}';
"""


def count_states(table: str) -> list[migrations.RunSQL]:
    """From here on the rows of this table are counted by state. Making the triggers keeps writers out until the end."""
    return [migrations.RunSQL(TRIGGERS.format(table=table), WITHOUT.format(table=table))]
