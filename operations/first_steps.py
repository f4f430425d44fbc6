"""What a new installation needs before people can use it."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import User
from accounts.rules.roles import FIRST_ROLES
from accounts.services import create_person


@transaction.atomic
def make_first_owner(*, email: str, name: str, zone: str, password: str, now: datetime) -> User:
    """A person with every role, who signs in by password, so before any mail leaves.

    Their address counts as proven: who runs the server says whose it is. Raises ValidationError for what the forms of
    the site would refuse, IntegrityError for an address in use.
    """
    validate_password(password, User(email=email, name=name))
    person = create_person(email=email, name=name, timezone=zone, password=password)
    for role in FIRST_ROLES:
        person.staff_roles.create(role=role, at=now)
    return person
