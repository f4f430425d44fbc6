import os
import subprocess
import sys

from django.conf import settings


def test_product_refuses_to_start_without_asserts():
    """The calendar library guards what it writes by assert."""
    start = [sys.executable, "-O", "-c", "import django; django.setup()"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mentoring.settings"}

    ended = subprocess.run(start, capture_output=True, text=True, env=environment, cwd=settings.BASE_DIR)

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: "
        "Run Python without -O: the calendar library guards what it writes by assert."
    )
