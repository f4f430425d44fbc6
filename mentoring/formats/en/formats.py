"""How Django itself writes times, as in the admin: with the zone. Our own pages use `common/templatetags/times.py`."""

DATETIME_FORMAT = "D j M Y, H:i T"
DATE_FORMAT = "D j M Y"
