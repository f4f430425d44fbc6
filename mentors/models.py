"""Mentors: profiles, topics, offers, and the decisions of staff about them."""

import uuid
from datetime import date
from pathlib import Path
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_plain_text

from .audience import is_shown_to, narrowings
from .languages import LANGUAGES, Language, describe_language

ASKS_NEEDED = 3
MAX_ASKS = 5
MAX_TOPICS = 8
ASK_LENGTH = 70
# Pixels of the two squares that are kept of a photo
PORTRAIT = 256
THUMBNAIL = 96


class IssueType(models.TextChoices):
    CAREER = "career", _("Career advice")
    SKILL = "skill", _("Skill guidance")
    FEEDBACK = "feedback", _("Feedback on work")
    DECISION = "decision", _("A decision")
    INTERVIEW = "interview", _("Interview practice")
    OTHER = "other", _("Something else")


class Format(models.TextChoices):
    VIDEO = "video", _("Video call")
    PHONE = "phone", _("Audio call")
    CHAT = "chat", _("Chat")
    WRITING = "writing", _("In writing")


class Length(models.IntegerChoices):
    MIN_15 = 15, _("15 minutes")
    MIN_20 = 20, _("20 minutes")
    MIN_25 = 25, _("25 minutes")
    MIN_30 = 30, _("30 minutes")
    MIN_45 = 45, _("45 minutes")


class TopicQuerySet(models.QuerySet["Topic"]):
    def active(self) -> Self:
        return self.filter(is_active=True).exclude(parent__is_active=False)

    def there_are_some(self) -> bool:
        """Without any, nobody can send a profile: a mentor chooses at least one."""
        return self.active().exists()

    def roots(self) -> Self:
        return self.filter(parent=None)

    def leaves(self) -> Self:
        return self.exclude(parent=None)


class Topic(models.Model):
    """A topic in one of two levels, kept by staff. `synonyms` are other words that people use for it."""

    name = models.CharField(_("name"), max_length=60, unique=True, validators=[validate_plain_text])
    slug = models.SlugField(max_length=60, unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    synonyms = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("shown"), default=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="topic_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class ProfileState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("In review")
    NEEDS_CHANGES = "needs_changes", _("Changes requested")
    APPROVED = "approved", _("Live")
    DECLINED = "declined", _("Declined")
    SUSPENDED = "suspended", _("Suspended")


def photo_path(instance: models.Model, filename: str) -> str:
    return f"photos/{uuid.uuid4().hex}{Path(filename).suffix.lower()}"


def photo_named(key: str) -> str:
    return f"photos/{key}.webp"


class ProfileWords(models.Model):
    """The public part of a profile.

    It is kept twice: as approved, and as the mentor is writing it (see `ProfileDraft`).
    """

    headline = models.CharField(_("role"), max_length=100, blank=True, validators=[validate_plain_text])
    asks = ArrayField(
        models.CharField(max_length=ASK_LENGTH, validators=[validate_plain_text]),
        default=list,
        blank=True,
        size=MAX_ASKS,
    )
    how_i_work = models.TextField(_("how you work"), max_length=600, blank=True, validators=[validate_plain_text])
    languages = ArrayField(models.CharField(max_length=3, choices=LANGUAGES), default=list, blank=True)
    photo = models.ImageField(_("photo"), upload_to=photo_path, blank=True)

    class Meta:
        abstract = True

    @property
    def photo_owner(self) -> str:
        """The slug of the profile that these words belong to."""
        raise NotImplementedError

    def photo_url(self, size: int) -> str:
        name = self.photo.name
        return reverse("mentor_photo", args=[self.photo_owner, Path(name).stem, size]) if name else ""

    @property
    def portrait_url(self) -> str:
        return self.photo_url(PORTRAIT)

    @property
    def thumbnail_url(self) -> str:
        return self.photo_url(THUMBNAIL)

    @property
    def spoken_languages(self) -> list[Language]:
        return [describe_language(code) for code in self.languages]


class MentorProfileQuerySet(models.QuerySet["MentorProfile"]):
    def public(self) -> Self:
        return self.filter(state=ProfileState.APPROVED, person__is_active=True)

    def seen_by(self, reader: User | None) -> Self:
        """Public ones whom this reader, or a visitor (None), sees: some mentors are for members of programmes only."""
        found = self.public()
        for narrow in narrowings:
            found = narrow(found, reader)
        return found

    def findable(self) -> Self:
        """Those that a search shows: public, and not resting."""
        return self.public().filter(resting_since=None)

    def found_by(self, reader: User | None) -> Self:
        """Those of them that this reader, or a visitor (None), sees."""
        return self.findable().seen_by(reader)

    def to_review(self) -> Self:
        """Profiles that wait for staff, oldest first: new ones, and live ones with changes."""
        waiting = self.filter(
            state__in=(ProfileState.SUBMITTED, ProfileState.APPROVED), draft__submitted_at__isnull=False
        )
        return waiting.order_by("draft__submitted_at", "pk")

    def decided_by(self, person: User) -> Self:
        return self.exclude(person=person)


class MentorProfile(ProfileWords):
    """A person's profile as a mentor. Its words are what the public sees, empty until they are first approved."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentor_profile")
    slug = models.SlugField(max_length=90, unique=True)
    state = models.CharField(max_length=15, choices=ProfileState, default=ProfileState.DRAFT)
    topics = models.ManyToManyField(Topic, blank=True, related_name="mentors")
    paused_until = models.DateField(_("away until"), null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When the mentor last did something, apart from signing in; when we last asked whether they are still here; and
    # when they last said so: see `resting` and `sessions_app.quiet`.
    seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    quiet_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    back_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Since when the profile is out of search and can't be booked, until its mentor is back
    resting_since = models.DateTimeField(null=True, blank=True, editable=False)
    # Grows with every decision and every change of the words, so that staff can't decide about words they didn't see.
    version = models.PositiveIntegerField(default=0)

    objects = MentorProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ProfileState.APPROVED) | Q(approved_at__isnull=False),
                name="approved_profile_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(resting_since=None) | Q(state=ProfileState.APPROVED), name="only_a_live_profile_rests"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def photo_owner(self) -> str:
        return self.slug

    @property
    def name(self) -> str:
        return self.person.display_name

    @property
    def first_name(self) -> str:
        return self.person.first_name

    @property
    def is_public(self) -> bool:
        return self.state == ProfileState.APPROVED and self.person.is_active

    def is_seen_by(self, reader: User | None) -> bool:
        """As `seen_by`; it takes no statement for someone who is in no programme."""
        if not (self.is_public and self.person.is_in_programmes):
            return self.is_public
        return is_shown_to(reader, self.person_id)

    @property
    def is_writable(self) -> bool:
        """Whether its mentor may change it and send it for review now."""
        return self.state not in (ProfileState.DECLINED, ProfileState.SUSPENDED)

    def is_decided_by(self, person: User) -> bool:
        """Whether this member of staff may decide about it. Nobody decides about their own."""
        return self.person_id != person.pk

    @property
    def is_resting(self) -> bool:
        return self.resting_since is not None

    def is_away(self, today: date) -> bool:
        """Paused until a date, by themselves or by staff. A mentor who rests for being quiet has no such date."""
        return self.paused_until is not None and today < self.paused_until

    def is_paused(self, today: date) -> bool:
        return self.is_resting or self.is_away(today)


class ProfileDraft(ProfileWords):
    """The words as their mentor is writing them; they become public when staff approve them."""

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, related_name="draft")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["submitted_at"], condition=Q(submitted_at__isnull=False), name="draft_to_review"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} (draft)"

    @property
    def photo_owner(self) -> str:
        return self.profile.slug


class SavedMentorQuerySet(models.QuerySet["SavedMentor"]):
    def here_for(self, person: User) -> Self:
        """Those of this person whose profile they can still see."""
        return self.filter(person=person, profile__in=MentorProfile.objects.seen_by(person))

    def gone_for(self, person: User) -> Self:
        return self.filter(person=person).exclude(profile__in=MentorProfile.objects.seen_by(person))


class SavedMentor(models.Model):
    """A mentor whom a person wants to find again. Only that person sees it; the mentor isn't told."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_mentors")
    profile = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField()

    objects = SavedMentorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "profile"], name="a_mentor_is_saved_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.profile_id}"


class ShareCard(models.Model):
    """The stored picture of a profile's name, role and topics; `mark` is that of the words it was drawn with."""

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, primary_key=True, related_name="share_card")
    mark = models.CharField(max_length=16, blank=True)
    file = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.file


class OfferQuerySet(models.QuerySet["Offer"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def timed(self) -> Self:
        """Offers that take a slot; answers in writing don't."""
        return self.exclude(format=Format.WRITING)

    def bookable(self) -> Self:
        """Offers for which times are listed: every question about slots begins here."""
        return self.active().timed()

    def in_writing(self) -> Self:
        return self.filter(format=Format.WRITING)


class Offer(models.Model):
    """What a mentor offers: how long, in which form, about what, booked at once or after asking.

    For an answer in writing, length and `instant` mean nothing: it takes no slot, and anyone may ask.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    profile = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, related_name="offers")
    title = models.CharField(_("title"), max_length=70, blank=True, validators=[validate_plain_text])
    length = models.PositiveSmallIntegerField(_("length"), choices=Length, default=Length.MIN_25)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.VIDEO)
    instant = models.BooleanField(_("instant booking"), default=True)
    issue_types = ArrayField(models.CharField(max_length=10, choices=IssueType), default=list, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    questions = ArrayField(models.CharField(max_length=140), default=list, blank=True, size=3)
    step = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    # When it was switched off because its mentor didn't answer requests; it comes back with them.
    put_away_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["position", "length", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(length__in=Length.values), name="offer_length_is_one_of_ours"),
            models.CheckConstraint(
                condition=Q(put_away_at=None) | Q(is_active=False), name="offer_that_was_put_away_is_not_active"
            ),
            models.CheckConstraint(condition=Q(step=None) | Q(step__gte=5, step__lte=240), name="offer_step_is_sane"),
        ]

    def __str__(self) -> str:
        fallback = self.get_format_display() if self.format == Format.WRITING else self.get_length_display()
        return self.title or fallback


class Decision(models.TextChoices):
    SUBMITTED = "submitted", _("Sent for review")
    APPROVED = "approved", _("Approved")
    CHANGES = "changes", _("Asked for changes")
    DECLINED = "declined", _("Declined")
    SUSPENDED = "suspended", _("Suspended")
    REINSTATED = "reinstated", _("Reinstated")
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")


class ProfileDecision(models.Model):
    """The append-only log of decisions about profiles: by whom, and why."""

    profile = models.ForeignKey(MentorProfile, on_delete=models.CASCADE, related_name="decisions")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(max_length=12, choices=Decision)
    reason = models.TextField(blank=True)
    # One sentence per point of the checklist that failed, told to the mentor word for word: {"photo": "…"}
    points = models.JSONField(default=dict, blank=True)
    # The version of the profile after this decision. The mail about it finds its decision by this number.
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.profile}: {self.get_decision_display()}"
