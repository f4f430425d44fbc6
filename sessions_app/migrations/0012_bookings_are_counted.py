"""The states of bookings are counted as they change."""

from django.db import migrations

from notifications.migrations import count_states


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0011_past_by_index"), ("notifications", "0003_counts")]
    operations = count_states("sessions_app_booking")
