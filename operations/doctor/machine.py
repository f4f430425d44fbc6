"""This machine, and what the installation holds."""

import getpass
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version

from django.conf import settings
from django.core import checks

from accounts.models import User
from accounts.rules.roles import Power
from mentors.models import MentorProfile, Topic

from .findings import Finding, bad, good, warning

LEAST_FREE = 1024**3


def look_at_configuration() -> Iterator[Finding]:
    """Django's checks and ours, those for production among them, but for those that ask the database."""
    found = sorted(checks.run_checks(include_deployment_checks=True), key=lambda one: (-one.level, one.id or ""))
    found = [one for one in found if not one.is_silenced()]
    for one in found:
        tell = bad if one.level >= checks.ERROR else warning
        yield tell("configuration", f"{one.id}: {one.msg}", one.hint or "See docs/deployment.md.")
    if not found:
        yield good("configuration", "nothing to say against it")


def look_at_disk() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        do = f"Let the account {getpass.getuser()} write there, or set DATA_DIR."
        yield bad("disk", f"{folder} can’t be written: {error.strerror}", do)
        return
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield warning("disk", f"{free / 1024**2:.0f} MB are free in {folder}", "Make room before it is full.")
    else:
        yield good("disk", f"{folder}, {free / 1024**3:.0f} GB free")


def look_at_zone_data() -> Iterator[Finding]:
    yield good("zone data", f"tzdata {version('tzdata')}")


def look_at_content() -> Iterator[Finding]:
    """What people need before the first session: an owner, topics, and mentors."""
    owners = User.objects.who_may(Power.RUN).count()
    if owners == 0:
        yield bad("owners", "nobody is an owner", "Run manage.py setup.")
    elif owners == 1:
        do = "Give a second person the role: two are needed for removals, and for an owner who lost their second step."
        yield warning("owners", "there is one owner", do)
    else:
        yield good("owners", f"there are {owners}")
    topics = Topic.objects.active().leaves().count()
    if topics == 0:
        yield bad("topics", "there are none, so nobody can become a mentor", "Run manage.py setup, or Staff → Topics.")
    else:
        yield good("topics", f"there are {topics}")
    mentors = MentorProfile.objects.public().count()
    if mentors == 0:
        yield warning("mentors", "nobody can be booked yet", "Invite mentors to apply at Become a mentor.")
    else:
        yield good("mentors", f"{mentors} can be found")
