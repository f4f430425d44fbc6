"""The search index, which is read instead of every mentor's timetable. At times out of date, never too pessimistic."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from mentors.models import MentorProfile, Topic
from programmes.audiences import EVERYONE
from programmes.models import Manager
from search.bounds.forecast import WEEKDAYS

LONGEST_WORDS = 120
LONGEST_EXAMPLE = 500
# The columns that most searches need besides the bound. Included in the indexes, so that those alone are read.
BESIDE = ("profile", "person", "offers", "notice", *WEEKDAYS, "topics", "audience")


def everyone() -> list[int]:
    return [EVERYONE]


class MentorIndex(models.Model):
    """One narrow row for each public mentor: a search reads those that may be free soonest, or those of a topic.

    It holds lower bounds of the mentor's next bookable starts (see `bounds.lower_bounds.FLOOR`), once for the offer
    that a search shows unless it asks for certain kinds (`usual_…`), once for any offer (`open_…`). `…_from` is the
    first start, null where the rules never open; `…_runs` are the edges of `bounds.forecast.Runs` for the next days, on
    a grid of `…_step` minutes. No start lies nearer than `notice`, in minutes. Bookings and time passing only push
    starts later, so they write nothing here; `indexing.forget_bounds` is for what frees time. Moments are minutes from
    1970-01-01 UTC.

    `monday` to `sunday` have a bit for each hour of UTC in which the rules may be open in the near future, `any_week`
    the same for the seven days of any week within a year (see `bounds.forecast.hours_of`). `offers` has a bit for each
    kind of active offer (see `bounds.offer_bits`). `topics` are those that the profile and its offers name themselves.

    `audience`: who sees this mentor (see `programmes.audiences`). Triggers write it when a membership or the directory
    of a programme changes.
    """

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, primary_key=True, related_name="+")
    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    offers = models.BigIntegerField()
    fresh_until = models.DateTimeField()
    usual_from = models.IntegerField(null=True)
    open_from = models.IntegerField(null=True)
    notice = models.IntegerField()
    usual_step = models.IntegerField()
    open_step = models.IntegerField()
    monday = models.IntegerField()
    tuesday = models.IntegerField()
    wednesday = models.IntegerField()
    thursday = models.IntegerField()
    friday = models.IntegerField()
    saturday = models.IntegerField()
    sunday = models.IntegerField()
    usual_runs = ArrayField(models.IntegerField())
    open_runs = ArrayField(models.IntegerField())
    any_week = ArrayField(models.IntegerField(), size=7)
    topics = ArrayField(models.IntegerField())
    languages = ArrayField(models.CharField(max_length=3))
    audience = ArrayField(models.IntegerField(), default=everyone, db_default=[EVERYONE])

    class Meta:
        indexes = [
            models.Index(
                fields=["usual_from"], include=[*BESIDE, "usual_step", "usual_runs"], name="search_usual_seen"
            ),
            models.Index(fields=["open_from"], include=[*BESIDE, "open_step", "open_runs"], name="search_open_seen"),
            GinIndex(fields=["topics"], name="search_topics", fastupdate=False),
            GinIndex(fields=["languages"], name="search_languages", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} from {self.open_from}"


class MentorWords(models.Model):
    """The words of a public mentor, weighted: A for what they can be asked, B for who they are, D for how they work."""

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, primary_key=True, related_name="+")
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_words", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.profile_id)


class Word(models.Model):
    """A word that some profile has, and about how many have it. A search leaves out words that nobody has."""

    lexeme = models.TextField(primary_key=True)
    mentors = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.lexeme


class UnmetSearch(models.Model):
    """Words for which nobody was found, and how often on that day. Who typed them is never stored."""

    words = models.CharField(max_length=LONGEST_WORDS)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["words", "day"], name="one_row_for_words_and_day")]
        indexes = [models.Index(fields=["day"], name="unmet_day")]

    def __str__(self) -> str:
        return f"{self.words}: {self.count}"


class NotedSearch(models.Model):
    """Words of a search, how often they were typed on that day, and how they were read. Who typed them is never stored.

    `opened` counts the mentors' pages that were opened from it. `share` is that of the likeliest topic. `topics` are
    the likeliest, of which people of the first `claimed` were shown. See `search.reading.noted` for which are kept.
    """

    words = models.CharField(max_length=LONGEST_EXAMPLE)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1, db_default=1)
    opened = models.PositiveIntegerField(default=0, db_default=0)
    share = models.FloatField()
    is_outside = models.BooleanField(default=False, db_default=False)
    claimed = models.PositiveSmallIntegerField(default=0, db_default=0)
    topics = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["words", "day"], name="noted_once_a_day")]

    def __str__(self) -> str:
        return f"{self.words}: {self.count}"


class ExampleSource(models.TextChoices):
    BUNDLED = "bundled", _("Built in")
    STAFF = "staff", _("Written by staff")
    LEARNT = "learnt", _("Accepted from a search")


class TopicExample(models.Model):
    """A question as people ask it about a topic; without a topic, one that mentors here are not asked.

    Questions are read by what they have in common with these. Staff keep them on "How questions are read".
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=3, default="en", db_default="en")
    text = models.CharField(max_length=LONGEST_EXAMPLE)
    source = models.CharField(max_length=8, choices=ExampleSource, default=ExampleSource.STAFF)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            # Two, not one for which empty values are equal: Django's checks would ask the database for its version,
            # and complain of the connection in place of what is wrong with the settings.
            models.UniqueConstraint(fields=["topic", "text"], name="example_once_a_topic"),
            models.UniqueConstraint(fields=["text"], condition=models.Q(topic=None), name="example_of_no_topic_once"),
        ]

    def __str__(self) -> str:
        return self.text


class ProposedExample(models.Model):
    """Words that people searched with, and the topic that they then said it was about. Never who.

    Staff accept one as an example, or dismiss it, which keeps it from being proposed again.
    """

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=LONGEST_EXAMPLE)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1, db_default=1)
    is_dismissed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "text"], name="proposed_once_a_topic")]
        indexes = [models.Index(fields=["day"], condition=models.Q(is_dismissed=False), name="proposal_waiting")]

    def __str__(self) -> str:
        return self.text


class StoredReader(models.Model):
    """What training left behind, in one row: every process reads questions with it (`search.reading`).

    `digest` is of everything that went into it, `source` of topics and examples alone. `first` and `three` are its own
    cross-validation: how often the topic of a left-out example was read first, and among the first three. `refused`
    is the source of a training that did clearly worse and was not taken.
    """

    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    first = models.FloatField()
    three = models.FloatField()
    trained_at = models.DateTimeField()
    refused = models.CharField(max_length=64, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.digest[:12]}: {self.three:.3f}"


class FigureRhythm(models.TextChoices):
    WEEKLY = "weekly", _("Every week, on Monday")
    MONTHLY = "monthly", _("Every month, on its first Monday")


class FigureMailQuerySet(models.QuerySet["FigureMail"]):
    def running(self) -> Self:
        """Those whose manager still is one."""
        return self.filter(manager__ended_at=None).select_related("manager__person", "manager__programme")


class FigureMail(models.Model):
    """A manager wants the figures of their programme by mail. It ends with their role.

    `version` is how many there have been. `unanswered`: since they last said that they want it. `next_at`: when the
    next is due; null while they have been asked whether they still want it.
    """

    manager = models.ForeignKey(Manager, on_delete=models.CASCADE, related_name="figure_mails")
    rhythm = models.CharField(max_length=7, choices=FigureRhythm)
    chosen_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)

    objects = FigureMailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manager", "rhythm"], name="figure_mail_once_a_rhythm"),
            models.CheckConstraint(
                condition=models.Q(rhythm__in=FigureRhythm.values), name="figure_mail_rhythm_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="figure_mail_due"),
        ]

    def __str__(self) -> str:
        return f"{self.manager}, {self.rhythm}"
