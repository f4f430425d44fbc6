"""Make the database and the assets ready: migrations, fonts, demo data on the first start."""

import io
import os
import sys

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from local.output import print_step


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mentoring.settings")
    django.setup()
    print_step("bringing the database up to date")
    call_command("migrate", verbosity=0)
    call_command("build_fonts", stdout=io.StringIO())
    call_command("build_icons", stdout=io.StringIO())
    if not settings.DEBUG:
        print_step("collecting static files")
        call_command("collectstatic", interactive=False, verbosity=0)
    if get_user_model()._default_manager.exists():
        call_command("rebuild_search", "--missing", stdout=io.StringIO())
        call_command("seed_demo", "--accounts")
    else:
        print_step("filling the empty database with demo data")
        call_command("seed_demo")
    print_step("learning to read questions")
    call_command("train_reader")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("! Interrupted; the next start goes on.")
