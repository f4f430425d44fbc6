"""What becomes of a form that is posted."""

import pytest
from django import forms
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from common.pages.posting import PostResult, act_on_post, telling_refusals
from common.pages.requests import post_data
from common.refusals import BUSY, TOO_OFTEN, RefusalError


class NameForm(forms.Form):
    name = forms.CharField()


def send(act, *posted: dict[str, str], error: RefusalError | None = None):
    """To a page with as many forms as there are `posted`; none of them, and the page is looked at."""
    request = RequestFactory().post("/") if posted else RequestFactory().get("/")
    sent = [NameForm(data) for data in posted] or [NameForm(post_data(request))]
    return act_on_post(request, act, *sent, None, error=error)


def refusing(code: str):
    def refuse() -> None:
        raise RefusalError(code, "No.")

    return refuse


def test_a_page_that_is_looked_at_does_nothing_and_tells_what_stands_against_the_act():
    known, done = RefusalError("closed", "No."), []

    seen = [send(lambda: done.append(1)), send(lambda: done.append(1), error=known)]

    assert seen == [PostResult(), PostResult(error=known)]
    assert [result.is_refused for result in seen] == [False, False]
    assert done == []


def test_what_is_posted_is_done_once_all_forms_are_valid():
    done = []

    def act() -> str:
        done.append(1)
        return "made"

    results = [send(act, {"name": "Ada"}, second) for second in ({"name": ""}, {"name": "Bob"})]

    assert results == [PostResult(status=422), PostResult(is_done=True, made="made")]
    assert [result.is_refused for result in results] == [False, False]
    assert done == [1]


def test_nothing_is_done_against_a_known_refusal():
    known, done = RefusalError("closed", "No."), []

    result = send(lambda: done.append(1), {"name": "Ada"}, error=known)

    assert (result, result.is_refused, done) == (PostResult(error=known, status=409), True, [])


@pytest.mark.parametrize(("code", "status"), [("closed", 409), (BUSY, 503), (TOO_OFTEN, 429)])
def test_a_refused_act_gives_the_page_its_status(code, status):
    result = send(refusing(code), {"name": "Ada"})

    assert (result.is_done, result.is_refused, result.status) == (False, True, status)
    assert result.error is not None
    assert result.error.code == code


def test_other_errors_are_not_taken_for_refusals():
    def break_down() -> None:
        raise ValueError("broke down")

    with pytest.raises(ValueError, match="broke down"):
        send(break_down, {"name": "Ada"})


@pytest.mark.parametrize("code", [BUSY, "closed", ""])
def test_a_refusal_is_told_on_the_next_page_and_nothing_else_is_caught(rf, code):
    request = rf.post("/")
    request._messages = CookieStorage(request)

    with telling_refusals(request):
        refusing(code)()
    with telling_refusals(request):
        pass
    with pytest.raises(LookupError), telling_refusals(request):
        raise LookupError

    assert [(str(one), one.extra_tags) for one in request._messages] == [("No.", code)]
