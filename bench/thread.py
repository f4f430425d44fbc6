"""What it costs to look at a thread again and again: milliseconds for each answer, when there is news and when not.

script/manage shell < bench/thread.py        (with a demo world; writes one message, and takes it back)
"""

import time
from datetime import timedelta
from statistics import median

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from common.known import known
from sessions_app.conversation.messages import send_message
from sessions_app.models import Engagement

TIMES = 300


def main() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    with transaction.atomic():
        engagement = known(Engagement.objects.live().exclude(mentee=None).select_related("mentor", "mentee").first())
        client = Client()
        client.force_login(engagement.mentor)
        for number in range(50):
            now = timezone.now() - timedelta(hours=50 - number)
            by = known((engagement.mentor, engagement.mentee)[number % 2])
            last = send_message(engagement=engagement, body="Words " * 20, by=by, now=now, key=str(number))
        page = f"/messages/{engagement.uuid}/"
        measure_page(client, "nothing new", page, {"after": last.pk})
        measure_page(client, "one new message", page, {"after": last.pk - 1})
        measure_page(client, "the whole page", page, {}, part=False)
        transaction.set_rollback(True)


def measure_page(client: Client, name: str, page: str, query: dict, *, part: bool = True) -> None:
    headers = {"HX-Request": "true"} if part else {}
    spans = []
    for _number in range(TIMES):
        start = time.perf_counter()
        answer = client.get(page, query, headers=headers, secure=False)
        spans.append((time.perf_counter() - start) * 1000)
    spans.sort()
    late = spans[int(TIMES * 0.95)]
    print(f"{name:18} {answer.status_code} {median(spans):6.2f} ms, p95 {late:6.2f} ms, {len(answer.content)} bytes")


main()
