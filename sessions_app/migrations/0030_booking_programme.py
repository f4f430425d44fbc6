"""Which programme a booking counts for: noted once it has a mentee, and then for good."""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE FUNCTION refuse_change_of_programme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a booking counts for one programme for ever' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER booking_keeps_its_programme BEFORE UPDATE OF programme_id ON sessions_app_booking
    FOR EACH ROW WHEN (OLD.mentee_id IS NOT NULL AND OLD.programme_id IS DISTINCT FROM NEW.programme_id)
    EXECUTE FUNCTION refuse_change_of_programme();
"""
UNDO = """
DROP TRIGGER booking_keeps_its_programme ON sessions_app_booking;
DROP FUNCTION refuse_change_of_programme();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_rules"), ("sessions_app", "0029_busy_spans")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="programme",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="programmes.programme",
            ),
        ),
        migrations.RunSQL(KEEP, UNDO),
    ]
