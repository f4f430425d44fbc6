"""Rules by which software points moderators to texts, how far each kind of text was looked at, and what was found."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.rules.validators import validate_plain_text

from .cases import Case

RULE_NAME_LENGTH = 80
WORDS_OF_RULE_LENGTH = 20_000


class LooksFor(models.TextChoices):
    WORDS = "words", _("Words")
    SAME_TEXT = "same_text", _("The same text to many people")
    BURST = "burst", _("Messages to many people in a short time")
    SELF_HARM = "self_harm", _("Words of self-harm")


class SignalRule(models.Model):
    """One rule. `words`: what it looks for, a word or a few of them in each line.

    `rested_at`: when it was switched off because it was wrong too often. `counts_from`: what it found before doesn't
    count in its record any more, because a moderator has looked at it since and switched it on again.
    """

    name = models.CharField(max_length=RULE_NAME_LENGTH, unique=True)
    looks_for = models.CharField(max_length=9, choices=LooksFor)
    # Of its words, as people call it; empty for a rule without words
    language = models.CharField(max_length=35, blank=True)
    words = models.TextField(max_length=WORDS_OF_RULE_LENGTH, blank=True, validators=[validate_plain_text])
    is_on = models.BooleanField(default=True)
    rested_at = models.DateTimeField(null=True, blank=True)
    counts_from = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["looks_for", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(looks_for="words") | Q(words="", language=""), name="only_rules_for_words_have_words"
            ),
            models.CheckConstraint(condition=Q(rested_at=None) | Q(is_on=False), name="rule_that_rests_is_off"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def phrases(self) -> list[str]:
        return self.words.splitlines()

    @property
    def is_judged(self) -> bool:
        """Nobody is judged for words of self-harm, so how such a case is decided says nothing about the rule."""
        return self.looks_for != LooksFor.SELF_HARM


class SignalMark(models.Model):
    """Up to which of these texts all rules have looked. There is none while signals are off."""

    source = models.CharField(max_length=10, unique=True)
    read_to = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.source} to {self.read_to}"


class SignalHit(models.Model):
    """A text in which a rule found something, and the case that this opened or joined."""

    rule = models.ForeignKey(SignalRule, on_delete=models.PROTECT, related_name="hits")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="signals")
    subject_type = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_type", "subject_id"], name="rule_finds_the_same_text_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} in {self.subject_type} {self.subject_id}"
