"""The button that saves a mentor, on every page that has one."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.signing_in.by_email import SIGN_IN_NOTE
from accounts.viewing import signed_in, to_next
from common.pages.coming_back import with_next
from common.pages.kept import keep_in_session, take_kept
from common.pages.parts import vary_by_part, wants_part
from common.texts import one_line
from mentors.errors import ProfileError
from mentors.models import MentorProfile
from mentors.saved import remove_gone, remove_saved, save_mentor
from mentors.templatetags.saving import save_button

# Key of the session: the slug of the mentor whom a visitor wants to save.
TO_SAVE = "mentor_to_save"
LONGEST_NEXT, LONGEST_QUESTION = 2000, 500


@login_not_required
@require_POST
def save_or_remove(request: HttpRequest) -> HttpResponse:
    """`save` or `remove` names the mentor. A visitor is led through signing in, which saves the mentor."""
    person = signed_in(request)
    named = request.GET or request.POST  # the form of a search has no room for it but in the address
    if slug := one_line(named.get("save", "")):
        profile = get_object_or_404(MentorProfile.objects.seen_by(person).select_related("person"), slug=slug)
        return save_for(request, person, profile) if person else lead_to_sign_in(request, profile.slug)
    slug = one_line(named.get("remove", ""))
    if person is None:
        return lead_to_sign_in(request, "")
    remove_saved(slug=slug, person=person)
    if wants_part(request) and (again := MentorProfile.objects.seen_by(person).filter(slug=slug).first()):
        return button_part(again, is_saved=False)
    messages.success(request, _("Removed from your saved mentors."))
    return back_to_page(request)


def save_for(request: HttpRequest, person: User, profile: MentorProfile) -> HttpResponse:
    refused = save_and_report(request, person, profile, is_told=not wants_part(request))
    if wants_part(request):
        return button_part(profile, is_saved=refused is None, refused=refused)
    return back_to_page(request)


def save_and_report(
    request: HttpRequest, person: User, profile: MentorProfile, *, is_told: bool
) -> ProfileError | None:
    try:
        save_mentor(profile=profile, person=person, now=timezone.now())
    except ProfileError as error:
        if is_told:
            messages.warning(request, str(error.message), extra_tags=error.code)
        return error
    if is_told:
        messages.success(request, _("You’ve saved %(name)s.") % {"name": profile.name})
    return None


def button_part(profile: MentorProfile, *, is_saved: bool, refused: ProfileError | None = None) -> HttpResponse:
    content = save_button(profile.slug, profile.name, is_saved, refused=str(refused.message) if refused else "")
    return vary_by_part(HttpResponse(content, status=refused.status if refused else 200))


def lead_to_sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Signing in leads back to the page with the button, with the question that was typed there."""
    if slug:
        keep_in_session(request, TO_SAVE, slug)
        request.session[SIGN_IN_NOTE] = _("We’ll save this mentor once you’ve finished signing in.")
    address = with_next(reverse("account_login"), page_to_return_to(request))
    return HttpResponseClientRedirect(address) if wants_part(request) else redirect(address)


def page_to_return_to(request: HttpRequest) -> str:
    """Where the button stands: results that a script has refreshed have another address than the page had at first."""
    shown = urlsplit(request.headers.get("HX-Current-URL", ""))
    named = f"{shown.path}?{shown.query}" if shown.path else request.POST.get("next", "") or searched_for(request)
    # Letters count once, not as the escapes that they are in an address.
    wanted = uri_to_iri(named)[:LONGEST_NEXT]
    page = urlsplit(wanted)
    if not wanted.startswith("/") or page.netloc:
        return reverse("saved_mentors")
    if not (typed := one_line(request.POST.get("question", ""))[:LONGEST_QUESTION]):
        return wanted
    others = [(name, value) for name, value in parse_qsl(page.query) if name != "q"]
    return f"{page.path}?{urlencode([*others, ('q', typed)])}"


def searched_for(request: HttpRequest) -> str:
    """The results of what stands in the form of the search; empty where that form wasn't sent along."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if value]
    kept = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    return f"{reverse('mentor_list')}?{urlencode(kept)}" if "q" in request.POST else ""


def back_to_page(request: HttpRequest) -> HttpResponse:
    results = searched_for(request)
    return redirect(results) if results else to_next(request, "saved_mentors")


def save_after_sign_in(request: HttpRequest, person: User) -> str | None:
    """Save the mentor whom a visitor pressed the button for. They then go on to the page where they pressed it."""
    slug = take_kept(request, TO_SAVE)
    profile = MentorProfile.objects.select_related("person").filter(slug=slug).first() if slug else None
    if profile:
        request.session.pop(SIGN_IN_NOTE, None)
        save_and_report(request, person, profile, is_told=True)
    return None


@require_POST
def saved_gone(request: SignedInRequest) -> HttpResponse:
    count = remove_gone(person=request.user)
    words = ngettext("Removed %(n)d mentor.", "Removed %(n)d mentors.", count) % {"n": count}
    messages.success(request, words)
    return redirect("saved_mentors")
