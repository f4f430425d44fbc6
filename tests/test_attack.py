"""What a hostile reader still gets away with. A test that no longer fails moves to where its subject is tested."""

from uuid import uuid4

import pytest

from mentors.errors import ProfileError
from mentors.services import Words, approve_profile, save_words, submit_profile
from tests.conftest import NOW, make_mentor
from tests.sessions_app.conftest import QUESTION, THURSDAY, ask_first, book  # noqa: F401 - one is a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/mentors/alice-adair/"


def form(offer, **fields) -> dict:
    usual = {"offer": offer.uuid, "start": "2026-11-26T14:30Z", "question": QUESTION, "key": uuid4().hex}
    return usual | fields


# Staff who mentor are reviewed by somebody else.
def test_staff_do_not_decide_on_themselves(maria, topic):
    profile = make_mentor(maria)
    save_words(profile=profile, words=Words(headline="Chief of everything"), topics=[topic])
    submit_profile(profile=profile, by=maria, now=NOW)

    with pytest.raises(ProfileError):
        approve_profile(profile=profile, by=maria, now=NOW)
