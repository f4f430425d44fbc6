"""What both sides say after a session, and a mentee after an answer in writing. Advice, not stars; only the first
question is needed.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text
from common.pages.seen import mark_of

from .bookings import Booking
from .contacts import Contact, about_one, contact_of, mentor_copy
from .written import WrittenQuestion

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


class Role(models.TextChoices):
    MENTEE = "mentee", _("mentee")
    MENTOR = "mentor", _("mentor")


class Resolution(models.TextChoices):
    YES = "yes", _("Yes, a lot")
    PARTLY = "partly", _("Yes, a bit")
    NO = "no", _("Not really")
    OTHER = "other", _("It turned into another question")


HELPED = (Resolution.YES, Resolution.PARTLY)
# The answers that a mail offers, each as a link that chooses it on the page.
ANSWERS_IN_MAIL = (*HELPED, Resolution.NO)


class Agreement(models.IntegerChoices):
    NO = 1, _("No")
    RATHER_NOT = 2, _("Rather not")
    RATHER = 3, _("Rather yes")
    YES = 4, _("Yes")


class Quality(models.TextChoices):
    POOR = "poor", _("Poor")
    FAIR = "fair", _("Fair")
    GOOD = "good", _("Good")
    EXCELLENT = "excellent", _("Excellent")


class Again(models.TextChoices):
    YES = "yes", _("Yes")
    OTHER_TOPICS = "other_topics", _("Yes, for other topics")
    NO = "no", _("No")


# Of each answer in words, in characters
FEEDBACK_LENGTH = 1000


def agreement_field(label: "str | StrPromise") -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label, choices=Agreement, null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )


# Until both have answered, but no longer than this after the session, neither sees what the other said.
BLIND_FOR = timedelta(days=7)
# `FeedbackQuerySet.unveiled` as a condition of a larger statement on the feedback `said`, where `blind_until` is
# `BLIND_FOR` ago.
UNVEILED = """(
    said.ended_at <= %(blind_until)s OR EXISTS (
        SELECT FROM sessions_app_feedback AS other
        WHERE other.booking_id = said.booking_id AND other.author_id <> said.author_id
    )
)"""
# What is published of `FeedbackQuerySet.offered_words`, in the same way
PUBLISHED_WORDS = f"""(
    said.published_at IS NOT NULL AND said.role = '{Role.MENTEE.value}' AND said.may_publish
    AND said.left_with <> '' AND {UNVEILED}
)"""


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def unveiled(self, now: datetime) -> Self:
        """Feedback that others may read: both people have answered, or the seven days are over."""
        others = Feedback.objects.filter(booking=OuterRef("booking")).exclude(author=OuterRef("author"))
        return self.filter(Q(ended_at__lte=now - BLIND_FOR) | Exists(others))

    def of_mentor(self, mentor: User | int) -> Self:
        return self.filter(mentor=mentor)

    def offered_words(self, now: datetime) -> Self:
        """Words that their author lets us show.

        Only unveiled ones, which can't change: what staff read is what is shown.
        """
        return self.unveiled(now).filter(role=Role.MENTEE, may_publish=True).exclude(left_with="")

    def undecided(self) -> Self:
        return self.filter(published_at=None, declined_at=None)

    def told_team(self, reader: User) -> Self:
        """With words for the team, but not what someone else told it about a session or an answer of this reader's."""
        about_reader = Q(mentor=reader) | Q(booking__mentee=reader)
        return self.exclude(to_staff="").exclude(about_reader & ~Q(author=reader))


class Feedback(models.Model):
    """Feedback about a session or an answer in writing. About an answer only the mentee is asked."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="feedback")
    written = models.ForeignKey(
        WrittenQuestion, on_delete=models.CASCADE, null=True, blank=True, related_name="feedback"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feedback_given")
    role = models.CharField(max_length=6, choices=Role)
    resolution = models.CharField(max_length=6, choices=Resolution)
    # A mentee's
    useful = agreement_field(_("The advice was useful"))
    doable = agreement_field(_("The advice was doable"))
    clear_limits = agreement_field(_("It was clear about its limits"))
    listened = agreement_field(_("I felt listened to"))
    overall = models.CharField(_("Overall"), max_length=10, choices=Quality, blank=True)
    again = models.CharField(_("Would you ask this mentor again?"), max_length=12, choices=Again, blank=True)
    left_with = models.TextField(
        _("takeaway"), max_length=FEEDBACK_LENGTH, blank=True, validators=[validate_plain_text]
    )
    may_publish = models.BooleanField(default=False)
    # Of the question that was asked; only together with the words.
    may_publish_question = models.BooleanField(default=False, db_default=False)
    advice = models.TextField(max_length=FEEDBACK_LENGTH, blank=True, validators=[validate_plain_text])
    to_staff = models.TextField(max_length=FEEDBACK_LENGTH, blank=True, validators=[validate_plain_text])
    # A mentor's
    prepared = agreement_field(_("They came prepared"))
    right_person = models.BooleanField(_("I was the right person"), null=True, blank=True)
    learned = models.TextField(max_length=FEEDBACK_LENGTH, blank=True, validators=[validate_plain_text])
    # Staff's word on what may be published; who said what when is in `QuoteDecision`.
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)
    # Copies from the session or the answer, which don't change once it is over: its mentor, when it began and ended (or
    # was answered). A trigger writes them, so they are only known of rows that were read. Lists and figures would
    # otherwise look through two tables for each row.
    mentor = mentor_copy()
    at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("feedback")
        constraints = [
            models.UniqueConstraint(fields=["booking", "author"], name="feedback_once_per_person"),
            models.UniqueConstraint(fields=["written", "author"], name="feedback_once_per_answer"),
            about_one("feedback_is_about_one_contact"),
            models.CheckConstraint(
                condition=Q(written=None) | Q(role=Role.MENTEE, listened=None), name="feedback_that_suits_writing"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | (Q(may_publish=True, declined_at=None) & ~Q(left_with="")),
                name="published_words_have_consent",
            ),
            models.CheckConstraint(
                condition=Q(may_publish=True) | Q(may_publish_question=False),
                name="published_question_comes_with_words",
            ),
            models.CheckConstraint(
                condition=Q(useful=None) | Q(useful__range=(1, 4)), name="feedback_useful_is_one_to_four"
            ),
        ]
        indexes = [
            models.Index(fields=["published_at"], condition=Q(published_at__isnull=False), name="feedback_published"),
            models.Index(
                fields=["mentor", "published_at"],
                condition=Q(published_at__isnull=False),
                name="feedback_of_mentor_shown",
            ),
            models.Index(fields=["declined_at"], condition=Q(declined_at__isnull=False), name="feedback_declined"),
            models.Index(fields=["created_at"], condition=~Q(to_staff=""), name="feedback_for_team"),
            models.Index(fields=["mentor", "at"], condition=Q(role=Role.MENTEE), name="feedback_of_mentor"),
            models.Index(fields=["at"], condition=Q(role=Role.MENTEE), include=["resolution"], name="feedback_by_date"),
            models.Index(fields=["author", "at"], condition=Q(role=Role.MENTOR), name="feedback_by_mentor"),
            models.Index(
                fields=["created_at"],
                condition=Q(role=Role.MENTEE, may_publish=True, published_at=None, declined_at=None) & ~Q(left_with=""),
                name="feedback_to_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_resolution_display()}"

    @property
    def contact(self) -> Contact:
        return contact_of(self)

    # The two whose session or answer it is: staff among them leave its decision to others
    def is_about(self, person: User) -> bool:
        return person.pk in (self.contact.mentor_id, self.contact.mentee_id)

    @property
    def words_mark(self) -> str:
        """A hash of the words that may be shown, and of what staff decided about them."""
        return mark_of(self.left_with, self.shown_question, self.published_at, self.declined_at)

    @property
    def shown_question(self) -> str:
        """The question that may be shown with the words."""
        return self.contact.engagement.brief.question if self.may_publish_question else ""


class QuoteAct(models.TextChoices):
    PUBLISHED = "published", _("Shown")
    DECLINED = "declined", _("Not shown")
    TAKEN_DOWN = "taken_down", _("Removed from the page")
    WITHDRAWN = "withdrawn", _("Withdrawn by the author")
    QUESTION = "question", _("Question withdrawn by the author")


class QuoteDecision(models.Model):
    """Append-only; a trigger keeps it so."""

    feedback = models.ForeignKey(Feedback, on_delete=models.PROTECT, related_name="quote_decisions")
    act = models.CharField(max_length=10, choices=QuoteAct)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True, validators=[validate_plain_text])
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.feedback_id}: {self.act}"
