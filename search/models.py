"""What a search reads instead of asking every mentor: rows that may be stale, but never promise too little."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from mentors.models import MentorProfile

# As `open_from` and `usual_from`: nobody has looked yet, so a time may be free at once.
UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
ANY_MINUTE = timedelta(minutes=1)
LONGEST_WORDS = 120


class MentorIndex(models.Model):
    """One narrow row for each public mentor: read from end to end by a search that asks for nobody in particular.

    It holds a lower bound of their next start that can be booked (`bounds.FLOOR`), once for the offer that a search
    looks at unless it asks for certain ones, once for any: between `…_from` and `…_until` starts lie on a grid of
    `…_step`, none lies before, and none nearer than the notice. Bookings and time passing only push a start later, so
    they write nothing here; what frees time sets the bounds back (`indexing`). Null: the rules never open.

    `hours` has for each weekday of UTC, Monday first, a bit for each hour in which the rules may be open, for the near
    future and then for any time (`outlook.hours_of`); `offers` a bit for each kind of active offer (`kinds`). Topics
    are those that the profile and its offers name themselves.
    """

    profile = models.OneToOneField(MentorProfile, on_delete=models.CASCADE, primary_key=True, related_name="+")
    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    usual_from = models.DateTimeField(null=True)
    usual_until = models.DateTimeField()
    usual_step = models.DurationField()
    open_from = models.DateTimeField(null=True)
    open_until = models.DateTimeField()
    open_step = models.DurationField()
    fresh_until = models.DateTimeField()
    notice = models.DurationField()
    offers = models.BigIntegerField()
    hours = ArrayField(models.IntegerField(), size=14)
    topics = ArrayField(models.IntegerField())
    languages = ArrayField(models.CharField(max_length=3))

    class Meta:
        indexes = [
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
