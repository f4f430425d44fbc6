"""Events in Django's admin, for looking things up. They are changed on their own pages."""

from django.contrib import admin
from unfold.admin import ModelAdmin, TabularInline

from common.admin import ReadOnly

from .models import Event, Helper, Plan, Registration


class HelperInline(ReadOnly, TabularInline):
    model = Helper
    fields = ["person", "role"]
    extra = 0


class PlanInline(ReadOnly, TabularInline):
    model = Plan
    fields = ["number", "state", "reason", "by", "asked_at", "solved_at", "published_at"]
    extra = 0


@admin.register(Event)
class EventAdmin(ReadOnly, ModelAdmin):
    list_display = ["title", "kind", "state", "during", "by"]
    list_filter = ["state", "kind", "mode"]
    list_select_related = ["by"]
    search_fields = ["title", "slug"]
    # Anyone who has these can look at the board, or check themselves in at the door.
    exclude = ["board_key", "door_key"]
    inlines = [HelperInline, PlanInline]


@admin.register(Registration)
class RegistrationAdmin(ReadOnly, ModelAdmin):
    list_display = ["person", "event", "side", "state", "registered_at"]
    list_filter = ["state", "side"]
    list_select_related = ["person", "event"]
    search_fields = ["person__name__plain__icontains", "person__email", "event__title"]
    # Only the event's team sees what a person needs.
    exclude = ["access_needs", "contact"]
