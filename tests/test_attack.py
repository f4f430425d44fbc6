"""What a hostile reader still gets away with. A test that no longer fails moves to where its subject is tested."""

import re
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from mentors.errors import ProfileError
from mentors.models import MentorProfile, ProfileState
from mentors.services import Words, approve_profile, save_words, submit_profile
from sessions_app.models import Booking
from tests.conftest import NOW, make_mentor
from tests.sessions_app.conftest import QUESTION, THURSDAY, ask_first, book  # noqa: F401 - one is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/mentors/alice-adair/"


def form(offer, **fields) -> dict:
    usual = {"offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": QUESTION, "key": uuid4().hex}
    return usual | fields


# After the browser's Back the form still has its key: what is chosen then counts, not what was chosen before.
@pytest.mark.parametrize("change", [{"start": "2026-11-26T15:00Z"}, {"question": "Which team do I join?"}])
def test_the_same_form_with_another_time_or_question_is_another_hold(offer, change):
    client, data = Client(), form(offer)
    client.post(f"{PAGE}book/", data)

    client.post(f"{PAGE}book/", data | change)

    hold = Booking.objects.get(state="held")
    assert (f"{hold.start:%Y-%m-%dT%H:%MZ}", hold.question) == tuple(
        (data | change)[name] for name in ("start", "question")
    )


# The same, signed in: nobody is told that they have a time which they did not choose.
def test_the_same_form_with_another_time_is_not_booked_already(offer, bob, client_for):
    client, data = client_for(bob), form(offer)
    client.post(f"{PAGE}book/", data)

    page = client.post(f"{PAGE}book/", data | {"start": "2026-11-26T15:00Z"}, follow=True).content.decode()

    assert "You are booked with" not in page


# Whoever held a time with a mentor who was suspended meanwhile must not land on a page that isn't there.
def test_a_hold_with_a_mentor_suspended_meanwhile_leads_to_other_people(offer, bob):
    client = Client()
    client.post(f"{PAGE}book/", form(offer))
    MentorProfile.objects.update(state=ProfileState.SUSPENDED)
    client.post("/sign-in/", {"email": bob.email})
    code = "".join(re.search(r"\b(\d{3}) (\d{3})\b", mail.outbox[-1].body).groups())

    page = client.post("/sign-in/code/", {"code": code}, follow=True)

    assert (page.status_code, "counter-offer" in page.content.decode()) == (200, True)


# Staff who mentor are reviewed by somebody else.
def test_staff_do_not_decide_on_themselves(maria, topic):
    profile = make_mentor(maria)
    save_words(profile=profile, words=Words(headline="Chief of everything"), topics=[topic])
    submit_profile(profile=profile, by=maria, now=NOW)

    with pytest.raises(ProfileError):
        approve_profile(profile=profile, by=maria, now=NOW)
