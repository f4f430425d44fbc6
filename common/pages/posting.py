"""Act on a form that was posted, or learn what the page that shows it again has to say."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from common.refusals import RefusalError

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class PostResult(Generic[Made]):
    """Where the act `is_done`, `made` is what it returned; else the page tells the `error` and has this `status`."""

    is_done: bool = False
    made: Made | None = None
    error: RefusalError | None = None
    status: int = 200

    @property
    def is_refused(self) -> bool:
        """Something stood against what was posted: what the page is about may have changed meanwhile."""
        return self.error is not None and self.status != 200


def act_on_post(
    request: HttpRequest, act: Callable[[], Made], *forms: BaseForm | None, error: RefusalError | None = None
) -> PostResult[Made]:
    """Run `act` if something was posted, no `error` is known to stand against it and all `forms` are valid."""
    if request.method != "POST":
        return PostResult(error=error)
    if error is None and all(form.is_valid() for form in forms if form is not None):
        try:
            made = act()
        except RefusalError as refused:
            error = refused
        else:
            return PostResult(is_done=True, made=made)
    return PostResult(error=error, status=error.status if error else 422)


def show_beside_field(form: BaseForm, error: RefusalError | None) -> None:
    """A refusal that names a field of the form stands beside it, too."""
    if error and error.field in form.fields:
        form.add_error(error.field, error.as_form_error())


@contextmanager
def telling_refusals(request: HttpRequest) -> Iterator[None]:
    """A refusal inside the block is told on the next page, and the view goes on after the block."""
    try:
        yield
    except RefusalError as refused:
        messages.warning(request, refused.message, extra_tags=refused.code)
