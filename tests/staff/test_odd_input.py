"""What no page sends, and PostgreSQL can't take, is as if it named nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sessions_app.models import Brief, WaitlistEntry
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
NOTHING = "a\x00b"


def test_a_name_with_a_zero_byte_names_no_topic_mentor_or_reason(bob, maria, client_for):
    brief = Brief.objects.create(author=bob, question="Beekeeping")
    waiting = WaitlistEntry.objects.create(
        person=bob, words="Beekeeping", since=NOW, until=NOW + timedelta(days=30), asks_mentors=True, brief=brief
    )
    with time_machine.travel(NOW + timedelta(hours=73), tick=False):
        desk = client_for(maria)

        add = desk.get(reverse("staff_topic_add"), {"under": NOTHING})
        ask = desk.post(reverse("staff_ask_mentor", args=[waiting.uuid]), {"mentor": NOTHING})
        retry = desk.post(reverse("staff_deliveries_retry"), {"reason": NOTHING})

    assert [answer.status_code for answer in (add, ask, retry)] == [200, 404, 302]
