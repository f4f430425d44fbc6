"""The entry point for WSGI servers."""

import os

from django.core.management import BaseCommand
from django.core.wsgi import get_wsgi_application

from sessions_app.booking.checks import CONFIGURATION

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")

application = get_wsgi_application()
# Django asks before its commands only.
BaseCommand().check(tags=[CONFIGURATION])
