"""A request that is sent twice with the same Idempotency-Key has one effect and one answer.

The answer is stored in the transaction of its effect. A refusal has no effect and is not stored, so the same request is
tried again when it is sent again.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import KeptAnswer, User
from common.api.description import LONGEST_KEY
from common.api.problems import CONFLICT, UNPROCESSABLE, ApiError
from common.hashing import FORM_KEY, form_mark, hash_text

KEPT_FOR = timedelta(hours=48)
KEY = re.compile(f"[!-~]{{1,{LONGEST_KEY}}}", re.ASCII)
CSRF_FIELD = "csrfmiddlewaretoken"
REPLAYED = "Idempotency-Replayed"


def key_of(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        said = _("A key has 1 to 255 visible ASCII characters.")
        raise ApiError("malformed", _("This key can’t be used."), fields={"Idempotency-Key": [said]})
    return key


def answer_once(request: Request, person: User, key: str, *, now: datetime, act: Callable[[], Response]) -> Response:
    """Do `act` and store its answer, or return the one that is stored.

    Raises ApiError: 409 `in_flight` while a request with the same key is at work, 422 `other_request` if the key was
    used for a different request.
    """
    digest = hash_request(request)
    with transaction.atomic():
        if not try_lock_key(person, key):
            raise ApiError(
                "in_flight",
                _("The first request with this key is still running. Wait a moment, then send it again."),
                status=CONFLICT,
            )
        kept = KeptAnswer.objects.filter(person=person, key=key).first()
        if kept is not None and kept.created_at > now - KEPT_FOR:
            return replay_answer(kept, digest)
        response = act()
        if kept is not None:
            kept.delete()
        KeptAnswer.objects.create(
            person=person,
            key=key,
            request_hash=digest,
            status=response.status_code,
            body=json.dumps(response.data),
            created_at=now,
        )
    return response


def is_answered(person: User, key: str, *, now: datetime) -> bool:
    return KeptAnswer.objects.filter(person=person, key=key, created_at__gt=now - KEPT_FOR).exists()


def act_once(person: User, key: str, *, now: datetime, act: Callable[[], object]) -> bool:
    """For a press on a page, which a script sends again if it doesn't know whether it arrived. Returns whether the act
    was done now; without a key, always. The same press at the same moment waits. What `act` raises leaves no trace.
    """
    if not KEY.fullmatch(key):
        act()
        return True

    def make() -> str:
        act()
        return ""

    return _keep_once(person, key, now=now, status=HTTPStatus.NO_CONTENT, make=make)[1]


def make_once(person: User, request: HttpRequest, *, now: datetime, make: Callable[[], str]) -> str:
    """For a form with `{% form_key %}` that makes something. `make` returns its name, which the same form sent again
    gets too; changed in between, or without a key, it makes another one.
    """
    given = request.POST.get(FORM_KEY, "")
    if not given:
        return make()
    typed = sorted((name, values) for name, values in request.POST.lists() if name != CSRF_FIELD)
    key = form_mark(given, request.path, typed)
    return _keep_once(person, key, now=now, status=HTTPStatus.CREATED, make=make)[0]


# What `make` returns, or returned for this key before, and whether that is now
@transaction.atomic
def _keep_once(
    person: User, key: str, *, now: datetime, status: HTTPStatus, make: Callable[[], str]
) -> tuple[str, bool]:
    lock_key(person, key)
    own = KeptAnswer.objects.filter(person=person, key=key)
    if kept := own.filter(created_at__gt=now - KEPT_FOR).first():
        return kept.body, False
    name = make()
    own.delete()
    KeptAnswer.objects.create(person=person, key=key, request_hash="", status=status, body=name, created_at=now)
    return name, True


def replay_answer(kept: KeptAnswer, digest: str) -> Response:
    if kept.request_hash != digest:
        said = _("This key was used for a different request. Use a new one.")
        raise ApiError("other_request", said, status=UNPROCESSABLE)
    return Response(json.loads(kept.body), status=kept.status, headers={REPLAYED: "true"})


def try_lock_key(person: User, key: str) -> bool:
    """Take the key until the end of the transaction, without waiting for anyone who has it.

    An advisory lock, since a row that another transaction is still writing can't be seen, let alone locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number_of(person, key)])
        return bool(cursor.fetchone()[0])


def lock_key(person: User, key: str) -> None:
    """The same, waiting for who has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number_of(person, key)])


def _number_of(person: User, key: str) -> int:
    return int.from_bytes(sha256(f"{person.pk}:{key}".encode()).digest()[:8], signed=True)


def hash_request(request: Request) -> str:
    """A hash of method, address and body, files included. The order of names in the body makes no difference."""
    body = json.dumps(request.data, sort_keys=True, default=name_and_hash)
    return hash_text("\n".join([str(request.method), request.get_full_path(), body]))


def name_and_hash(file: UploadedFile) -> list[str]:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return [str(file.name), digest.hexdigest()]


def forget_answers(*, now: datetime) -> int:
    return KeptAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]
