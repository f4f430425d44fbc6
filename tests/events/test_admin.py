import pytest
from django.urls import reverse

from events.models import Event, Registration
from tests.conftest import make_person
from tests.events.making import come

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for, now, db):
    return client_for(make_person("root@example.org", "Ruth Root", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("model", [Event, Registration])
def test_the_admin_shows_and_changes_nothing(client, event, bob, model):
    come(event, bob, access_needs="A companion’s chair")
    name = model._meta.model_name
    address = reverse(f"admin:events_{name}_change", args=[model.objects.get().pk])

    page = client.get(address)

    assert client.get(reverse(f"admin:events_{name}_changelist"), {"q": "first"}).status_code == 200
    assert (page.status_code, client.post(address, {"state": "over"}).status_code) == (200, 403)
    said = page.content.decode()
    assert not any(secret in said for secret in (event.board_key, event.door_key, "companion"))
