"""Mentors in Django's admin, for looking things up and for what has no page of its own. Actions call the services."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin, TabularInline

from accounts.viewing import signed_in
from common.admin import EditedModel, ReadOnly, SeenForm
from common.known import known
from mentors.forms.topics import TopicForm

from .errors import ProfileError
from .hooks import announce_change, warnings_about
from .models import MentorProfile, Offer, ProfileDecision, Topic
from .services import approve_profile, reinstate_profile, resume_profile

Act = Callable[[MentorProfile], object]


class DecisionInline(ReadOnly, TabularInline):
    model = ProfileDecision
    fields = ["at", "decision", "by", "reason", "points"]
    readonly_fields = fields
    extra = 0
    can_delete = False


class OfferInline(EditedModel, TabularInline):
    model = Offer
    fields = ["title", "length", "format", "instant", "is_active"]
    extra = 0
    can_delete = False


@admin.register(MentorProfile)
class MentorProfileAdmin(EditedModel, ModelAdmin):
    list_display = ["name", "state", "paused_until", "approved_at", "review_page"]
    list_filter = ["state"]
    list_select_related = ["person"]
    search_fields = ["person__name__plain__icontains", "person__email", "slug"]
    autocomplete_fields = ["topics"]
    # Only shown, since states change through the services, which record a decision.
    readonly_fields = [
        "person",
        "state",
        "paused_until",
        "approved_at",
        "declined_at",
        "created_at",
        "version",
        "portrait",
    ]
    exclude = ["photo"]
    inlines = [OfferInline, DecisionInline]
    actions = ["approve", "resume", "reinstate"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: MentorProfile | None = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        announce_change(form.instance)

    @admin.display(description=gettext_lazy("name"), ordering="person__name")
    def name(self, profile: MentorProfile) -> str:
        return profile.name

    @admin.display(description=gettext_lazy("photo"))
    def portrait(self, profile: MentorProfile) -> str:
        return format_html('<img src="{}" alt="" width="96" height="96">', url) if (url := profile.portrait_url) else ""

    @admin.display(description=gettext_lazy("review"))
    def review_page(self, profile: MentorProfile) -> str:
        return format_html('<a href="{}">{}</a>', reverse("staff_profile", args=[profile.slug]), _("Open"))

    @admin.action(description=gettext_lazy("Approve the submitted version"), permissions=["change"])
    def approve(self, request: HttpRequest, profiles: QuerySet[MentorProfile]) -> None:
        by, now = known(signed_in(request)), timezone.now()
        self._act_on_each(request, profiles, lambda profile: approve_profile(profile=profile, by=by, now=now))

    @admin.action(description=gettext_lazy("End the pause"), permissions=["change"])
    def resume(self, request: HttpRequest, profiles: QuerySet[MentorProfile]) -> None:
        by, now = known(signed_in(request)), timezone.now()
        self._act_on_each(request, profiles, lambda profile: resume_profile(profile=profile, by=by, now=now))

    @admin.action(description=gettext_lazy("Reinstate"), permissions=["change"])
    def reinstate(self, request: HttpRequest, profiles: QuerySet[MentorProfile]) -> None:
        by, now = known(signed_in(request)), timezone.now()
        self._act_on_each(request, profiles, lambda profile: reinstate_profile(profile=profile, by=by, now=now))

    def _act_on_each(self, request: HttpRequest, profiles: QuerySet[MentorProfile], act: Act) -> None:
        done = 0
        for profile in profiles:
            try:
                act(profile)
                done += 1
            except ProfileError as error:
                self.message_user(request, f"{profile.name}: {error.message}", messages.ERROR)
        if done:
            told = ngettext("%(count)s profile updated.", "%(count)s profiles updated.", done) % {"count": done}
            self.message_user(request, told, messages.SUCCESS)


class TopicOfAdmin(SeenForm, TopicForm):
    """The form of staff's own page, with the mark of what was on the page."""


@admin.register(Topic)
class TopicAdmin(EditedModel, ModelAdmin):
    form = TopicOfAdmin
    list_display = ["name", "parent", "position", "is_active"]
    list_filter = ["is_active", "parent"]
    search_fields = ["name__plain__icontains", "synonyms"]

    def save_model(self, request: HttpRequest, obj: Topic, form: TopicForm, change: bool) -> None:
        form.try_to_save()
        for sentence in warnings_about(obj):
            self.message_user(request, sentence, messages.WARNING)


@admin.register(Offer)
class OfferAdmin(EditedModel, ModelAdmin):
    list_display = ["profile", "title", "length", "format", "instant", "is_active"]
    list_filter = ["length", "format", "instant", "is_active"]
    list_select_related = ["profile__person"]
    search_fields = ["title", "profile__person__name__plain__icontains"]
    autocomplete_fields = ["topics"]
    readonly_fields = ["profile", "uuid"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Offer | None = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        announce_change(form.instance.profile_id)


@admin.register(ProfileDecision)
class ProfileDecisionAdmin(ReadOnly, ModelAdmin):
    list_display = ["at", "profile", "decision", "by", "reason"]
    list_filter = ["decision"]
    list_select_related = ["profile__person", "by"]
    search_fields = ["profile__person__name__plain__icontains", "reason"]
