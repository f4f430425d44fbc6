"""What every process loads when it starts: each command, each worker, each test waits for it and keeps it in memory."""

import json
import subprocess
import sys

from django.conf import settings

# Each takes a twentieth to a fifth of a second and up to 15 MB, and most processes never need it.
HEAVY = {
    "celery", "cryptography", "dateutil", "django.test", "drf_spectacular.plumbing", "icalendar", "jwt", "kombu",
    "lxml", "numpy", "onelogin", "pygments", "redis", "requests", "rest_framework", "scipy", "sentry_sdk",
    "unittest.mock", "xmlsec",
}  # fmt: skip
PROGRAM = "import django, json, sys; django.setup(); print(json.dumps(sorted(sys.modules)))"


def test_heavy_libraries_are_loaded_by_those_who_use_them():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=settings.BASE_DIR, capture_output=True, check=True, text=True
    )

    assert HEAVY & set(json.loads(done.stdout)) == set()
