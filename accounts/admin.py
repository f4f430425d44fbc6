"""People for owners: look them up, close an account."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from common.admin import EditedModel

from .hooks import announce_person
from .models import User
from .ways_in import end_ways_in
from .web_sessions import end_sessions

FACTS = ("uuid", "email", "roles", "date_joined", "last_login")


@admin.register(User)
class UserAdmin(EditedModel, ModelAdmin):
    list_display = ("email", "name", "timezone", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("email", "name__plain__icontains")
    ordering = ("-date_joined",)
    fieldsets = (
        (None, {"fields": ("email", "name", "timezone", "hour_cycle", "language")}),
        (
            _("Can sign in"),
            {"fields": ("is_active",), "description": _("A closed account is signed out straight away.")},
        ),
        (_("Roles"), {"fields": ("roles",), "description": _("Owners give roles on the staff pages.")}),
        (_("Details"), {"fields": ("uuid", "date_joined", "last_login")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Addresses only change by the code that their owner types, and roles by `accounts.roles`."""
        return FACTS

    def formfield_for_dbfield(self, db_field: "Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name == "name":
            field.required = True  # others are told of this person
        return field

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        announce_person(obj)
        if not obj.is_active:
            end_sessions(person=obj)
            end_ways_in(person=obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People create their own accounts; the first owner comes from `createsuperuser`."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Bookings and decisions refer to people, so accounts are closed and not deleted."""
        return False


admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)
admin.site.unregister([SocialAccount, SocialApp, SocialToken])
admin.site.unregister(UserSession)
admin.site.unregister(Group)


@admin.register(EmailAddress)
class EmailAddressAdmin(EditedModel, ModelAdmin):
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email", "user__name__plain__icontains")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmailAddress]:
        rows: QuerySet[EmailAddress] = super().get_queryset(request)
        return rows.select_related("user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmailAddress | None = None) -> bool:
        """Only a code that arrived proves an address."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
