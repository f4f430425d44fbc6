"""The kinds of notices about calendars. They always come: without them times are offered that are taken elsewhere."""

from notifications.registry import Kind

from .models import Connection
from .notices import CONNECTION, News, render_email, write_lines

KINDS = [Kind(news, CONNECTION, render_email, write_lines, model=Connection, passing=True) for news in News]
