"""Where a link into a programme leads."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.viewing import signed_in
from common.pages.coming_back import with_next
from common.pages.posting import act_on_post
from common.refusals import RefusalError
from programmes.invitations import find_invitation, why_not_use
from programmes.looks import shown_look
from programmes.members import why_not_join
from programmes.models import ASKED, INSIDE, Membership
from programmes.rosters.invitees import join_by_link
from programmes.rules import rules_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def programme_join(request: HttpRequest, token: str) -> HttpResponse:
    """A visitor reads what the link is for, and signs in or creates an account on the way."""
    link, now = find_invitation(token), timezone.now()
    if link is None:
        raise Http404
    person, sign_in = signed_in(request), with_next(resolve_url("account_login"), request.path)
    membership: Membership | None = None
    refusal: RefusalError | None = why_not_use(link, now)
    if person is None:
        if request.method == "POST":
            return HttpResponseRedirect(sign_in)
    else:
        result = act_on_post(request, lambda: join_by_link(person=person, invitation=link, now=now))
        if result.made is not None:
            name = {"name": link.programme.name}
            is_asked = result.made.state == ASKED
            asked, done = _("We’ve asked the managers of %(name)s to let you in."), _("You’re in %(name)s.")
            messages.success(request, (asked if is_asked else done) % name)
            return redirect("programme", link.programme.slug)
        membership = Membership.objects.filter(programme=link.programme, person=person, state__in=INSIDE).first()
        refusal = result.error or why_not_join(person, link, now=now)
    context = {
        "link": link,
        "programme": link.programme,
        "look": shown_look(link.programme),
        "membership": membership,
        "rules": list(rules_of(link.programme).in_words()),
        "refusal": refusal,
        "sign_in_url": sign_in,
        "nav": "programmes",
    }
    return render(request, "programmes/join.html", context, status=refusal.status if refusal else 200)
