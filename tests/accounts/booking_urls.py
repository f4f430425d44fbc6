"""The product's addresses and one more, which asks for an e-mail in the middle of something, as booking does."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.signing_in.by_email import SIGN_IN_NOTE, start_email_sign_in
from mentoring import urls


@login_not_required
def book(request: HttpRequest) -> HttpResponse:
    request.session["kept"] = "26 November, 14:30"
    request.session[SIGN_IN_NOTE] = "25 minutes with Priya, held until 13:58"
    return start_email_sign_in(request, email=request.POST["email"], name=request.POST.get("name", ""))


urlpatterns = [path("book/", book), *urls.urlpatterns]
