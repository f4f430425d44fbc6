"""People: one account each, known by e-mail address; mentee, mentor and staff may be the same person."""

import re
import unicodedata
import uuid
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
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.timezone import now as this_moment
from django.utils.translation import gettext_lazy as _

from accounts.rules.names import name_to_greet
from accounts.rules.roles import FIRST_ROLES, Power, StaffRoleName, powers_of, roles_with
from accounts.rules.validators import validate_person_name, validate_timezone
from common.mail.addresses import canonical_address, readable_address, validate_address
from common.plain_letters import PlainLetters

# ASCII without blanks or quotes, or nothing; `common.mail.addresses` checks the rest.
ONE_FORM = r"^([!#-~]+@[a-z0-9.-]+)?$"
# The words of a name, in small letters without accents
NAME_WORDS = SearchVector(PlainLetters("name"), config="simple")
# Marks that stand within names, which the database takes for quotes, are no part of a word.
WORD = re.compile(r"[^\W\u02bb\u02bc]+")
LOCK_PEOPLE = "SELECT FROM accounts_user WHERE id = ANY(%(people)s) ORDER BY id FOR NO KEY UPDATE"


def query_names(text: str) -> SearchQuery | None:
    """For names in which each of these words begins a word, whatever accents either has; None if there is no word."""
    # NFKC first: it may make brackets and the like of a letter, which would be signs of the query.
    words = WORD.findall(unicodedata.normalize("NFKC", text))
    if not words:
        return None
    asked = PlainLetters(Value(" & ".join(f"{word}:*" for word in words)))
    return SearchQuery(asked, search_type="raw", config="simple")


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
        query = None if "@" in text else query_names(text)
        if query is None:
            return self.filter(starts)
        return self.annotate(name_words=NAME_WORDS).filter(starts | Q(name_words=query))

    def with_name_like(self, text: str) -> Self:
        """The same by name alone, for who doesn't see addresses."""
        query = query_names(text)
        return self.none() if query is None else self.annotate(name_words=NAME_WORDS).filter(name_words=query)

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

    def lock_with_owners(self, person: "User") -> "User":
        """Lock this person and all owners, so that the last two can't both leave. Returns them fresh."""
        owners = self.who_may(Power.RUN).values_list("pk", flat=True)
        return next(one for one in self.locked(person, *owners) if one.pk == person.pk)

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
            for role in FIRST_ROLES:
                user.staff_roles.create(role=role, at=this_moment())
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
    # Facts of an app above, copied here by triggers of its tables, so that no page needs a query for them.
    manages_programmes = models.BooleanField(default=False, db_default=False, editable=False)
    is_in_programmes = models.BooleanField(default=False, db_default=False, editable=False)
    date_joined = models.DateTimeField(default=this_moment)

    # True for the reader of a page whose session used no second factor, and for a program with their token: what a
    # role on the team or in a programme allows isn't theirs then. `accounts.middleware` and `accounts.access` set it.
    role_sleeps = False

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_email"),
            models.CheckConstraint(condition=Q(email=Lower("email"), email__regex=ONE_FORM), name="email_in_one_form"),
        ]
        indexes = [GinIndex(NAME_WORDS, name="person_plain_name_words", fastupdate=False)]

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
    def needs_second_step(self) -> bool:
        """Whether they can see what others keep private: staff, and managers of programmes."""
        return self.is_staff or self.manages_programmes

    @property
    def powers(self) -> frozenset[Power]:
        return frozenset() if self.role_sleeps else powers_of(self.roles)

    def could(self, power: Power) -> bool:
        """Whether a role of theirs allows this, awake or asleep."""
        return power in powers_of(self.roles)

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
