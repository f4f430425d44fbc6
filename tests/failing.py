"""A page and a task that fail while they hold what nobody else may learn; tests/test_error_reports.py runs them."""

from celery import shared_task
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

EMAIL, QUESTION, TOKEN = "bob-secret@example.org", "Should I leave my husband?", "token-in-the-address"
PASSWORD, SESSION, QUERY, HEADER = "pass-word-of-bob", "session-key-of-bob", "asked-by-query", "said-in-a-header"
SECRETS = (EMAIL, QUESTION, TOKEN, PASSWORD, SESSION, QUERY, HEADER, "husband", "192.0.2.77")


def fail(words: str) -> None:
    local = {"password": PASSWORD, "question": words}
    raise ValueError(f"{local} by {EMAIL}")


@login_not_required
def view(request: HttpRequest, token: str) -> HttpResponse:
    fail(request.POST["question"] + token)
    return HttpResponse()


urlpatterns = [path("fails/<token>/", view, name="fails"), path("", include("mentoring.urls"))]


@shared_task(name="tests.fails")
def fails(words: str, *, email: str) -> None:
    fail(words + email)


def run_task() -> None:
    fails.apply([QUESTION], {"email": EMAIL})


def open_page() -> None:
    settings.ROOT_URLCONF = "tests.failing"
    client = Client(raise_request_exception=False, SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.77")
    client.cookies[settings.SESSION_COOKIE_NAME] = SESSION
    form = {"question": QUESTION, "password": PASSWORD, "email": EMAIL}
    answer = client.post(f"/fails/{TOKEN}/?q={QUERY}", form, headers={"X-Said": HEADER}, secure=settings.HTTPS)
    print(answer.status_code, answer.headers["X-Request-ID"])
