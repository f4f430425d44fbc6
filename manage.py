#!/usr/bin/env python3
"""Django's command line; script/manage runs it with everything it needs."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def is_away(error: OperationalError) -> bool:
    """Whether there was no connection: of a statement, PostgreSQL says by a code what became of it."""
    return getattr(error.__cause__, "pgcode", None) is None


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(f"{error}\ndocs/deployment.md tells of each variable.")
    except OperationalError as error:
        if "--traceback" in sys.argv or not is_away(error):
            raise
        sys.exit(f"PostgreSQL can’t be reached: {error}\nStart it, or correct DATABASE_URL.")
