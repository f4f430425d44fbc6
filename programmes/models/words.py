"""What a programme says to its people: announcements of its managers, and reminders of the next step."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .programmes import Programme
from .rosters import Invitee

LONGEST_ANNOUNCEMENT, LONGEST_ADDRESS = 2000, 300
# Of one stage, to one person in one programme
MOST_NUDGES = 2
# A step that is taken within this time counts as what the reminder brought.
COUNTS_FOR = timedelta(days=14)


class Audience(models.TextChoices):
    ALL = "all", _("All members")
    GIVES = "gives", _("Members who mentor others")
    ASKS = "asks", _("Members who look for mentors")


class Announcement(models.Model):
    """Words of a manager to the members of a programme. They stay as they are.

    `told_up_to`: the id of the last membership whose person has been told. `reached`: how many have been told so far.
    `done_at`: when everyone was.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="announcements")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    audience = models.CharField(max_length=5, choices=Audience)
    text = models.TextField(max_length=LONGEST_ANNOUNCEMENT)
    link = models.CharField(max_length=LONGEST_ADDRESS, blank=True)
    told_up_to = models.BigIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="announcement_audience_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="announcement_says_something"),
        ]
        indexes = [
            models.Index(fields=["programme", "-at"], name="announcements_newest"),
            models.Index(fields=["id"], condition=Q(done_at=None), name="announcements_to_be_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.at}"


class NudgeStage(models.TextChoices):
    """Which step of theirs someone has not taken yet. The order is that in which they are looked for."""

    INVITED = "invited", _("Invited, not in yet")
    NEVER_ASKED = "never_asked", _("In, never asked")
    NO_TIMES = "no_times", _("Mentor without times")
    NOTHING_YET = "nothing_yet", _("Asked, nothing agreed yet")
    NEVER_MET = "never_met", _("Booked, never met")


class Nudge(models.Model):
    """One reminder of a programme: to a person, or to an address that a list has invited.

    `number`: the first or the second of its stage. `is_held_out`: it was due and isn't sent, since this person is in
    the tenth that gets none. `done_at`: when they took the step, if within the time that counts. `invitee` is gone once
    its address is in the programme, or forgotten.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="nudges")
    stage = models.CharField(max_length=11, choices=NudgeStage)
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="nudges", db_index=False
    )
    invitee = models.ForeignKey(
        Invitee, on_delete=models.SET_NULL, null=True, blank=True, related_name="nudges", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    is_held_out = models.BooleanField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "programme", "stage", "number"], name="person_is_reminded_once_of_each_number"
            ),
            models.UniqueConstraint(fields=["invitee", "number"], name="address_is_reminded_once_of_each_number"),
            models.CheckConstraint(
                condition=Q(stage=NudgeStage.INVITED, person=None)
                | Q(stage__in=[one for one in NudgeStage if one != NudgeStage.INVITED], invitee=None)
                & Q(person__isnull=False),
                name="reminder_is_of_a_person_or_an_address",
            ),
            models.CheckConstraint(condition=Q(number__range=(1, MOST_NUDGES)), name="two_reminders_of_a_stage"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("at")), name="step_is_taken_after_its_reminder"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], condition=Q(done_at=None), name="reminders_not_followed"),
            models.Index(fields=["programme", "at"], name="reminders_of_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {self.stage} {self.number}: {self.person_id or self.invitee_id}"
