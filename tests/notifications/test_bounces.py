import re

import pytest
from django.core import mail

from notifications.bounces import has_bouncing_address, mark_bouncing
from notifications.models import BouncedAddress
from tests.conftest import NOW


@pytest.fixture
def bouncing(bob):
    mark_bouncing(bob, "Bob@Example.org", "550 No such user", NOW)
    return bob


def test_mark_is_kept_once(bouncing):
    mark_bouncing(bouncing, bouncing.email, "550 Still nobody", NOW)

    assert list(BouncedAddress.objects.values_list("answer", flat=True)) == ["550 No such user"]


def test_person_who_types_the_code_that_was_mailed_can_be_reached(bouncing, client):
    client.post("/sign-in/", {"email": bouncing.email})
    code = re.match(r"(\d{3} \d{3}) is your code", mail.outbox[-1].subject)[1]

    client.post("/sign-in/code/", {"code": code})

    assert has_bouncing_address(bouncing) is False


def test_password_proves_nothing_about_an_address(bouncing, client):
    answer = client.post("/sign-in/password/", {"login": bouncing.email, "password": "secret-pass-1"})

    assert (answer.status_code, "_auth_user_id" in client.session) == (302, True)
    assert has_bouncing_address(bouncing) is True


def test_mark_goes_with_the_address(bouncing):
    bouncing.emailaddress_set.all().delete()

    assert BouncedAddress.objects.count() == 0
