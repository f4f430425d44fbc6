"""How questions are read: try one, see what people said theirs were about, and keep the examples of each topic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from mentors.models import Topic
from search.models import ProposedExample, StoredReader, TopicExample
from search.reading.learning import (
    accept_proposal,
    add_example,
    dismiss_proposal,
    likeliest_language,
    list_proposals,
    set_example_active,
)
from search.reading.loading import describe_state
from search.reading.noted import last_words, list_to_look_at
from search.reading.previewing import MOST_COMPARED, Preview, preview_change
from search.understanding.material import Example
from search.words import read_question
from sessions_app.address import clean_words

from .forms import ACCEPT, ADD, BRING_BACK, DISMISS, RETIRE, ReadingForm

MOST_PROPOSALS, MOST_EXAMPLES, MOST_SEARCHES = 50, 200, 20
LONGEST_NUMBER = 19
WEEK = timedelta(days=7)
DONE: Mapping[str, object] = {
    ACCEPT: gettext_lazy("It’s now an example. We’ll read questions with it within ten minutes."),
    DISMISS: gettext_lazy("We won’t suggest it again."),
    ADD: gettext_lazy("Example added. We’ll read questions with it within ten minutes."),
    RETIRE: gettext_lazy("The example is retired."),
    BRING_BACK: gettext_lazy("The example is in use again."),
}


@dataclass(frozen=True, slots=True)
class AskedChange:
    """A text that staff think of adding, or the `example` that they think of retiring, and what that would change."""

    text: str
    example: TopicExample | None
    preview: Preview | None


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Power.REVIEW)
def staff_reading(request: SignedInRequest) -> HttpResponse:
    """`?q=` is a question to try, `?topic=` the slug of the topic whose examples are listed.

    `?with=` is a text to add to that topic, `?without=` the number of an example to retire: the page shows first what
    that would change.
    """
    words, slug = clean_words(request.GET.get("q", "")), clean_words(request.GET.get("topic", ""))
    topic = Topic.objects.leaves().filter(slug=slug).first()
    form = ReadingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        act_on_reading(form, topic)
        messages.success(request, str(DONE[form.cleaned_data["act"]]))
        return redirect(f"{reverse('staff_reading')}?topic={topic.slug if topic else ''}")
    examples = TopicExample.objects.filter(topic=topic).order_by("-is_active", "language", "pk") if topic else ()
    context = {
        "words": words,
        "reading": read_question(words).reading,
        "state": describe_state(),
        "reader": StoredReader.objects.defer("content").first(),
        "proposals": list_proposals()[:MOST_PROPOSALS],
        "topics": Topic.objects.active().leaves().order_by("name"),
        "topic": topic,
        "text": clean_words(request.GET.get("with", "")),
        "asked": read_asked_change(request, topic) if topic and not form.is_bound else None,
        "searches": list_to_look_at(since=(timezone.now() - WEEK).date(), count=MOST_SEARCHES),
        "examples": examples[:MOST_EXAMPLES],
        "form": form,
        "nav": "staff",
    }
    return render(request, "staff/reading.html", context, status=422 if form.errors else 200)


def read_asked_change(request: SignedInRequest, topic: Topic) -> AskedChange | None:
    """Addresses are written by anybody: a number that makes no sense is as if it weren't there."""
    number, text = request.GET.get("without", ""), clean_words(request.GET.get("with", ""))
    if number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER:
        example = TopicExample.objects.filter(topic=topic, is_active=True, pk=number).first()
        return preview_asked(topic, example.text, example.language, example) if example else None
    return preview_asked(topic, text, likeliest_language(text), None) if text else None


def preview_asked(topic: Topic, text: str, language: str, example: TopicExample | None) -> AskedChange:
    learnt = Example(topic.name, language, text)
    preview = preview_change(learnt, is_added=example is None, searches=last_words(MOST_COMPARED))
    return AskedChange(text, example, preview)


def act_on_reading(form: ReadingForm, topic: Topic | None) -> None:
    """Do what the form says; raises Http404 for a row that is gone."""
    act, number = form.cleaned_data["act"], form.cleaned_data["number"]
    if act == ADD:
        add_example(topic=get_object_or_404(Topic, pk=topic.pk if topic else 0), text=form.cleaned_data["text"])
    elif act in PROPOSAL_ACTS:
        PROPOSAL_ACTS[act](proposal=get_object_or_404(ProposedExample, pk=number))
    else:
        set_example_active(example=get_object_or_404(TopicExample, pk=number), is_active=act == BRING_BACK)


PROPOSAL_ACTS: Mapping[str, Callable[..., None]] = {ACCEPT: accept_proposal, DISMISS: dismiss_proposal}
