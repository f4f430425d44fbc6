"""One world with one length of history: fills it unless it is there, and measures everything in it."""

import logging
import sys
from time import perf_counter

import time_machine
from django.db import connection, transaction
from django.db.models.functions import Lower
from django.test import Client
from django.utils import timezone

from common.statements import analyze_tables
from search.indexing import rebuild_index
from sessions_app.afterwards.tallies import tally_records
from sessions_app.audit import audit_notices
from sessions_app.impact.outcome_reports import work_out_reports
from sessions_app.models import Booking
from tests.signing_in import sign_in

from .acts import list_acts
from .measure import measure_cost
from .pages import Page, Readers, list_pages
from .people import Crowd, fill_people, find_people
from .plan import AHEAD
from .sessions import fill_history


def measure_world(mentors: int, bookings: int, *, only: str) -> dict[str, tuple[float, float, int]]:
    """Pages first, then acts. The world keeps the moment at which it was filled."""
    logging.disable(logging.ERROR)
    crowd = find_people(mentors) if Booking.objects.exists() else fill_world(mentors, bookings)
    analyze_tables()
    last = Booking.objects.order_by("-pk").values_list(Lower("during"), flat=True)[0]
    now = last - AHEAD
    figures = {}
    with time_machine.travel(now):
        tally_records(now=now, seconds=600)
        work_out_reports(now=now)
        readers = Readers(crowd, now)
        for page in list_pages(readers):
            if only in page.name:
                figures[page.name] = measure_cost(open_page(page))
        for name, act in list_acts(now).items():
            if only in name:
                figures[name] = measure_cost(act)
    return {name: (cost.ours, cost.database, cost.statements) for name, cost in figures.items()}


def fill_world(mentors: int, bookings: int) -> Crowd:
    began = perf_counter()
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        crowd = fill_people(mentors, now=now)
        fill_history(crowd, bookings, now=now)
    with time_machine.travel(now):
        rebuild_index(now=now)
        while audit_notices(now=now, seconds=600) or tally_records(now=now, seconds=600):
            pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(f"filled in {perf_counter() - began:.0f} seconds", file=sys.stderr, flush=True)
    return crowd


def open_page(page: Page):  # type: ignore[no-untyped-def]
    client = Client(HTTP_HOST="localhost")
    if page.reader:
        sign_in(client, page.reader)

    def get() -> None:
        answer = client.get(page.path)
        # The clock of a kept world stands still, so it is ill.
        if answer.status_code != 200 and page.name != "healthz":
            raise ValueError(f"{page.name}: {answer.status_code} at {page.path}")
        answer.getvalue()

    return get
