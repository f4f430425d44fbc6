"""Who changed the rules of a programme, when, and to what."""

from django.db import models

from accounts.models import User

from .programmes import Programme


class RuleChange(models.Model):
    """`rules` are all rules as they are from then on, by their names."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rule_changes")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    rules = models.JSONField()

    def __str__(self) -> str:
        return f"{self.programme}: {self.at}"
