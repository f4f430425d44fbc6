"""The pages on which staff edit topics."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.requests import post_data
from common.pages.seen import seen_by, still_seen
from common.texts import one_line
from mentors.forms.topics import TopicForm
from mentors.hooks import warnings_about
from mentors.models import Topic
from mentors.topics import topic_mark


@require_safe
@role_required(Power.REVIEW)
def staff_topics(request: SignedInRequest) -> HttpResponse:
    # Django leaves the usual order away where rows are counted.
    topics = list(Topic.objects.annotate(mentor_count=Count("mentors")).order_by("position", "name"))
    below: dict[int | None, list[Topic]] = {}
    for topic in topics:
        below.setdefault(topic.parent_id, []).append(topic)
    groups = [(root, below.get(root.pk, [])) for root in below.get(None, [])]
    return render(request, "staff/topics.html", {"groups": groups, "nav": "topics"})


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.REVIEW)
def staff_topic_add(request: SignedInRequest) -> HttpResponse:
    parent = Topic.objects.roots().filter(slug=one_line(request.GET.get("under", ""))[:60]).first()
    return _edit_topic(request, Topic(parent=parent))


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.REVIEW)
def staff_topic_edit(request: SignedInRequest, slug: str) -> HttpResponse:
    return _edit_topic(request, get_object_or_404(Topic, slug=slug))


def _edit_topic(request: SignedInRequest, topic: Topic) -> HttpResponse:
    name, present = topic.name, topic_mark(topic) if topic.pk else ""
    warnings = warnings_about(topic) if topic.pk else []
    form = TopicForm(post_data(request), instance=topic)
    if request.method == "POST" and form.is_valid() and form.try_to_save(seen_by(request)):
        messages.success(request, _("“%(name)s” is saved.") % {"name": topic.name})
        for sentence in warnings_about(topic):
            messages.warning(request, f"{topic.name}: {sentence}")
        return redirect("staff_topics")
    seen = still_seen(request, present, told=form.is_stale)
    context = {"form": form, "name": name, "seen": seen, "warnings": warnings, "nav": "topics"}
    status = 409 if form.is_stale else 422 if form.errors else 200
    return render(request, "staff/topic.html", context, status=status)
