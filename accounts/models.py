"""People: one account each, known by e-mail address; mentee, mentor and staff may be the same person."""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.timezone import now as this_moment
from django.utils.translation import gettext_lazy as _

from accounts.rules.names import name_to_greet
from accounts.rules.roles import FIRST_ROLES, Power, StaffRoleName, powers_of, roles_with
from accounts.rules.validators import validate_person_name, validate_plain_text, validate_timezone
from common.mail.addresses import canonical_address, readable_address, validate_address

# ASCII without blanks or quotes, or nothing; `common.mail.addresses` checks the rest.
ONE_FORM = r"^([!#-~]+@[a-z0-9.-]+)?$"
# The words of a name, in small letters
NAME_WORDS = SearchVector("name", config="simple")
LOCK_PEOPLE = "SELECT FROM accounts_user WHERE id = ANY(%(people)s) ORDER BY id FOR NO KEY UPDATE"


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def who_may(self, power: Power) -> Self:
        return self.active().filter(roles__overlap=roles_with(power))

    def named_like(self, text: str) -> Self:
        """People with an address that begins like this, or with each of these words at the beginning of a name.

        Both are found by an index.
        """
        starts = Q(email__startswith=text.lower())
        words = re.findall(r"\w+", text)
        if "@" in text or not words:
            return self.filter(starts)
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
        return self.annotate(name_words=NAME_WORDS).filter(starts | Q(name_words=query))

    def locked(self, *people: "User | int") -> list["User"]:
        """Lock these people's rows against other bookers, always in the same order, and return them fresh."""
        ids = sorted({person if isinstance(person, int) else person.pk for person in people})
        return list(self.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def who_may(self, power: Power) -> UserQuerySet:
        return self.get_queryset().who_may(power)

    def locked(self, *people: "User | int") -> list["User"]:
        return self.get_queryset().locked(*people)

    def lock_rows(self, *people: "User | int") -> None:
        """As `locked`, without returning the rows. Bookings wait behind this one statement."""
        ids = [person if isinstance(person, int) else person.pk for person in people]
        with connection.cursor() as cursor:
            cursor.execute(LOCK_PEOPLE, {"people": ids})

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=canonical_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The first person of an installation, who does everything until others have roles."""
        with transaction.atomic(using=self._db):
            user = self.create_user(email, password, **fields)
            StaffRole.objects.bulk_create(StaffRole(person=user, role=role, at=this_moment()) for role in FIRST_ROLES)
            user.refresh_from_db()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        try:
            return self.get(email=canonical_address(username or ""))
        except ValidationError:
            raise self.model.DoesNotExist from None


class HourCycle(models.TextChoices):
    H24 = "24", _("14:30")
    H12 = "12", _("2:30 pm")


class Theme(models.TextChoices):
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")
    SYSTEM = "system", _("As my device")


class User(AbstractBaseUser, PermissionsMixin):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("email address"), max_length=254, unique=True, validators=[validate_address])
    name = models.CharField(_("name"), max_length=80, blank=True, validators=[validate_person_name])
    timezone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_timezone])
    language = models.CharField(max_length=10, default="en")
    hour_cycle = models.CharField(_("clock"), max_length=2, choices=HourCycle, default=HourCycle.H24)
    # Empty until they choose: then each browser keeps what was chosen in it.
    theme = models.CharField(_("colours"), max_length=6, choices=Theme, blank=True, default="", db_default="")
    is_active = models.BooleanField(_("active"), default=True)
    # As staff: see `accounts.rules.roles`. A trigger copies them from `StaffRole`, and sets the two flags that Django
    # asks for: who has any role is staff, and an owner has all rights in the admin.
    roles = ArrayField(models.CharField(max_length=10, choices=StaffRoleName), default=list, db_default=[], blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    date_joined = models.DateTimeField(default=this_moment)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_email"),
            models.CheckConstraint(condition=Q(email=Lower("email"), email__regex=ONE_FORM), name="email_in_one_form"),
        ]
        indexes = [GinIndex(NAME_WORDS, name="person_name_words", fastupdate=False)]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.first_name

    @property
    def display_name(self) -> str:
        """The name other people see: never the address itself. Only a person whose account was erased has none."""
        return self.name or str(_("Former member"))

    @property
    def first_name(self) -> str:
        return name_to_greet(self.name) if self.name else self.display_name

    @property
    def powers(self) -> frozenset[Power]:
        return powers_of(self.roles)

    @property
    def readable_email(self) -> str:
        """The address as its owner writes it; `email` is the form in which mail goes out and addresses are compared."""
        return readable_address(self.email)

    @property
    def zone_name(self) -> str:
        """The zone of every time that this person reads; the site's until they have one."""
        return self.timezone or settings.SITE_ZONE

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)

    @property
    def hour12(self) -> bool:
        return self.hour_cycle == HourCycle.H12


class Scope(models.TextChoices):
    READ = "read", _("Read only")
    WRITE = "write", _("Read and change")


class AccessToken(models.Model):
    """Lets a program act as a person. Nobody can read the token back: only its hash is kept."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=60, validators=[validate_plain_text])
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(_("access"), max_length=5, choices=Scope)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="one_token_per_name")]

    def __str__(self) -> str:
        return f"{self.name} of {self.person}"

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at <= now


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, so that the same request again gets the same answer.

    Written in the transaction of the effect: either both are there, or neither is.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


class RequestCount(models.Model):
    """How many requests someone has made since `began_at`; see `access.throttling`."""

    key = models.CharField(max_length=100, primary_key=True)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


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


class TraceManager(models.Manager["Trace"]):
    def note_look(
        self, *, by: User, about: Iterable[User], looked_at: TracedAct, subject: str = "", now: datetime
    ) -> None:
        """Looking at oneself is not noted."""
        people = [person for person in about if person != by]
        self.bulk_create(Trace(by=by, act=looked_at, about=person, subject=subject, at=now) for person in people)


class Trace(models.Model):
    """What staff did about whom. Append-only, which a trigger ensures.

    `subject` names what was looked at or done, if it isn't the person: for a session its uuid, for a role its name.
    Without `by` it was done on the server's command line.
    """

    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    act = models.CharField(max_length=20, choices=TracedAct)
    about = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    objects = TraceManager()

    class Meta:
        indexes = [models.Index(fields=["about", "-at"], name="trace_about")]

    def __str__(self) -> str:
        return f"{self.by} {self.get_act_display()} ({self.about})"


class ExportState(models.TextChoices):
    ASKED = "asked", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    GONE = "gone", _("Deleted")


class DataExport(models.Model):
    """A copy of what is kept about a person. A worker writes it at `due_at`; its file is deleted at `expires_at`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_exports")
    state = models.CharField(max_length=6, choices=ExportState, default=ExportState.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    # The name of the stored file
    key = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state=ExportState.ASKED), name="one_copy_is_prepared_at_a_time"
            ),
            models.CheckConstraint(
                condition=(Q(state=ExportState.READY, expires_at__isnull=False) & ~Q(key=""))
                | (~Q(state=ExportState.READY) & Q(key="")),
                name="copy_that_is_ready_has_a_file",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="asked"), name="export_due"),
            models.Index(fields=["expires_at"], condition=Q(state="ready"), name="export_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"

    def can_be_downloaded(self, now: datetime) -> bool:
        return self.state == ExportState.READY and self.expires_at is not None and now < self.expires_at


class ErasureState(models.TextChoices):
    ASKED = "asked", _("Asked for")
    BEGUN = "begun", _("Begun")
    KEPT = "kept", _("Account kept")
    DONE = "done", _("Done")


UNFINISHED = (ErasureState.ASKED, ErasureState.BEGUN)


class Erasure(models.Model):
    """A person's wish to be removed. Until `due_at` they can take it back; then it is done step by step.

    The account is closed from the beginning. `version` grows when it is taken back, so that mails about it fall silent.
    """

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=5, choices=ErasureState, default=ErasureState.ASKED)
    version = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # When all that the person had ahead was ended
    left_at = models.DateTimeField(null=True, blank=True)
    steps_done = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=UNFINISHED), name="one_removal_of_a_person_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNFINISHED, ended_at=None)
                | (~Q(state__in=UNFINISHED) & Q(ended_at__isnull=False)),
                name="removal_that_ended_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=("asked", "begun")), name="erasure_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.state}"

    def can_be_taken_back(self, now: datetime) -> bool:
        return self.state == ErasureState.ASKED and now < self.due_at
