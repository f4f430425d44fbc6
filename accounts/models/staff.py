"""Roles of staff, and the log of what staff did."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.rules.roles import StaffRoleName

from .people import User


class StaffRole(models.Model):
    """A role that someone has or had. Without `given_by` it came from the server's command line.

    `roles` of its person is a copy of what is live, which a trigger keeps.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_roles")
    role = models.CharField(max_length=10, choices=StaffRoleName)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role"], condition=Q(ended_at=None), name="one_live_role_of_each_kind"
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=models.F("person")), name="nobody_gives_themselves_a_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"


class TracedAct(models.TextChoices):
    PERSON = "person", _("opened this page")
    SESSION = "session", _("opened one of their sessions")
    ROLE_GIVEN = "role_given", _("gave them a role")
    ROLE_ENDED = "role_ended", _("ended a role of theirs")
    STEP_REMOVED = "step_removed", _("removed their second step")
    LETTER_PREPARED = "letter_prepared", _("prepared what they asked for by letter")
    LETTER_SIGNED = "letter_signed", _("signed what they asked for by letter")
    LETTER_DECLINED = "letter_declined", _("declined what they asked for by letter")
    COPY_TAKEN = "copy_taken", _("downloaded the copy of their data")
    CASE_TAKEN = "case_taken", _("took a case")
    CASE_TAKEN_OVER = "case_taken_over", _("took over a case that was overdue")
    CASE_RELEASED = "case_released", _("gave back a case")
    CASE_DECIDED = "case_decided", _("decided a case")
    SIGNED = "signed", _("signed their removal")
    NOT_SIGNED = "not_signed", _("didn’t sign their removal")
    LIFTED = "lifted", _("ended a decision about them early")
    APPEAL_DECIDED = "appeal_decided", _("answered their appeal")
    MEMBER_REMOVED = "member_removed", _("removed them from a programme")
    MEMBER_OFF_LIST = "member_off_list", _("ended their membership by a list without them")
    REQUEST_DECLINED = "request_declined", _("declined their request to join a programme")
    MANAGER_ENDED = "manager_ended", _("ended their role as a manager of a programme")


# Of cases, which their person learns of by other ways, and not while they are open
ABOUT_CASES = (
    TracedAct.CASE_TAKEN,
    TracedAct.CASE_TAKEN_OVER,
    TracedAct.CASE_RELEASED,
    TracedAct.CASE_DECIDED,
    TracedAct.SIGNED,
    TracedAct.NOT_SIGNED,
    TracedAct.LIFTED,
    TracedAct.APPEAL_DECIDED,
)


# Of programmes, done by their managers or by owners; `subject` is the address of the programme
ABOUT_PROGRAMMES = (
    TracedAct.MEMBER_REMOVED,
    TracedAct.MEMBER_OFF_LIST,
    TracedAct.REQUEST_DECLINED,
    TracedAct.MANAGER_ENDED,
)


LOOKS = (TracedAct.PERSON, TracedAct.SESSION, TracedAct.COPY_TAKEN)


class TraceManager(models.Manager["Trace"]):
    def looks_at(self, person: User) -> models.QuerySet["Trace"]:
        """Who of staff opened what of this person, latest first. Other acts of staff are no looks."""
        return self.filter(about=person, act__in=LOOKS).select_related("by").order_by("-at", "-pk")

    def note_look(
        self, *, by: User, about: Iterable[User], looked_at: TracedAct, subject: str = "", now: datetime
    ) -> None:
        """Looking at oneself is not noted."""
        people = [person for person in about if person != by]
        self.bulk_create(Trace(by=by, act=looked_at, about=person, subject=subject, at=now) for person in people)


class Trace(models.Model):
    """What staff, and managers of programmes, did about whom. Append-only, which a trigger ensures.

    `subject` names what was looked at or done, if it isn't the person: for a session or a case its uuid, for a role its
    name, for a programme the last part of its address. A case about an event is about no person.
    Without `by` it was done on the server's command line.
    """

    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    act = models.CharField(max_length=20, choices=TracedAct)
    about = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField()

    objects = TraceManager()

    class Meta:
        indexes = [models.Index(fields=["about", "-at"], name="trace_about")]

    def __str__(self) -> str:
        return f"{self.by} {self.get_act_display()} ({self.about or self.subject})"
