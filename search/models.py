"""What a search reads instead of asking every mentor: rows that may be stale, but never promise too little."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from mentors.models import MentorProfile
from search.bounds.forecast import WEEKDAYS

LONGEST_WORDS = 120
# What most searches ask of a row besides its bound: read from the index of bounds alone.
BESIDE = ("profile", "person", "offers", "notice", *WEEKDAYS, "topics")


class MentorIndex(models.Model):
    """One narrow row for each public mentor: a search reads those that may be free soonest, or those of a topic.

    It holds lower bounds of their next starts that can be booked (`bounds.FLOOR`), once for the offer that a search
    looks at unless it asks for certain ones (`usual_…`), once for any (`open_…`): `…_from` is the first, null where the
    rules never open; `…_runs` are those of the next days (`outlook.Runs`), on a grid of `…_step`. None lies nearer than
    the notice. Bookings and time passing only push a start later, so they write nothing here; what frees time sets the
    bounds back (`indexing`). All of these are minutes, moments count from 1970-01-01 UTC.

    `monday` to `sunday` have a bit for each hour of UTC in which the rules may be open in the near future, `any_week`
    the same for seven days of any time (`outlook.hours_of`); `offers` a bit for each kind of active offer (`kinds`).
    Topics are those that the profile and its offers name themselves.
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

    class Meta:
        indexes = [
            models.Index(fields=["usual_from"], include=[*BESIDE, "usual_step", "usual_runs"], name="search_usual"),
            models.Index(fields=["open_from"], include=[*BESIDE, "open_step", "open_runs"], name="search_open"),
            GinIndex(fields=["topics"], name="search_topics", fastupdate=False),
            GinIndex(fields=["languages"], name="search_languages", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} from {self.open_from}"


class MentorWords(models.Model):
    """The words of a public mentor's profile and offers: what they can be asked weighs A, who they are B, how D."""

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, primary_key=True, related_name="+")
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="search_words", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.profile_id)


class Word(models.Model):
    """A word that some profile has, and about how many do: words that nobody wrote are no reason to show nobody."""

    lexeme = models.TextField(primary_key=True)
    mentors = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.lexeme


class UnmetSearch(models.Model):
    """Words that found nobody, with how often on that day. Never who typed them."""

    words = models.CharField(max_length=LONGEST_WORDS)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["words", "day"], name="one_row_for_words_and_day")]

    def __str__(self) -> str:
        return f"{self.words}: {self.count}"
