"""Files that the two people of an engagement share."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.filetypes import BY_NAME, NAME_LENGTH, FileType
from trust.models import Separation

from .bookings import Engagement

FOLDER = "files"


def file_path(instance: models.Model, filename: str) -> str:
    """A random key, so that no name or text of a person is on the disk, and no address can be guessed."""
    return f"{FOLDER}/{uuid.uuid4().hex}"


class ScanState(models.TextChoices):
    """What a scanner said of a file, where the installation has one."""

    WAITING = "waiting", _("not checked yet")
    CLEAN = "clean", _("clean")
    FOUND = "found", _("a virus was found")
    REFUSED = "refused", _("can’t be checked")


class SharedFileQuerySet(models.QuerySet["SharedFile"]):
    def waiting_for_scan(self) -> Self:
        return self.filter(scan=ScanState.WAITING)

    def to_carry(self, owner: int) -> Self:
        """Those that their owner can share in another engagement too."""
        return self.filter(owner=owner).exclude(scan=ScanState.FOUND)

    def keys_among(self, keys: Collection[str]) -> set[str]:
        named = self.filter(Q(content__in=keys) | Q(preview__in=keys)).values_list("content", "preview")
        return {key for pair in named for key in pair} & set(keys)

    def visible_to_both(self, person: User) -> Self:
        """Of this person's engagements, whatever has happened between the two."""
        return self.filter(engagement__in=Engagement.objects.visible_to(person))

    def visible_to(self, person: User, *, now: datetime) -> Self:
        """Files of the other side go with the connection between the two: see `trust`."""
        theirs = self.visible_to_both(person).filter(is_hidden=False)
        gone = Separation.objects.live(now).ends_everything().of_person(person.pk)
        cut = gone.filter(low=OuterRef("low_pk"), high=OuterRef("high_pk"))
        mentor, mentee = F("engagement__mentor"), F("engagement__mentee")
        return theirs.annotate(low_pk=Least(mentor, mentee), high_pk=Greatest(mentor, mentee)).filter(
            Q(owner=person) | ~Exists(cut)
        )


class SharedFile(models.Model):
    """A shared file. It never changes, but can be removed and shared again. `preview` is a small version of a picture.

    A file that its owner shared with another mentor too is a row in each engagement. Both may name the same stored
    bytes, which are deleted with the last row. What a scanner says counts for all of them (see `scanning`).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="files")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shared_files")
    name = models.CharField(max_length=NAME_LENGTH)
    kind = models.CharField(max_length=10, choices=[(kind.name, kind.label) for kind in BY_NAME.values()])
    size = models.PositiveIntegerField()
    content = models.FileField(upload_to=file_path)
    preview = models.FileField(upload_to=file_path, blank=True)
    added_at = models.DateTimeField()
    # While a report that it shows something private waits for a decision
    is_hidden = models.BooleanField(default=False, db_default=False, editable=False)

    scan = models.CharField(
        max_length=8, choices=ScanState, default=ScanState.WAITING, db_default=ScanState.WAITING, editable=False
    )
    # When the scanner was to look first; none: there was no scanner
    scan_since = models.DateTimeField(null=True, blank=True, editable=False)
    # The scanner's name for what it found
    threat = models.CharField(max_length=200, blank=True, db_default="", editable=False)

    objects = SharedFileQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scan=ScanState.FOUND, content="", preview="") | (~Q(scan=ScanState.FOUND) & ~Q(content="")),
                name="bytes_with_a_virus_are_gone",
            ),
        ]
        indexes = [
            models.Index(fields=["content"], name="shared_file_content"),
            models.Index(fields=["preview"], condition=~Q(preview=""), name="shared_file_preview"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def type(self) -> FileType:
        return BY_NAME[self.kind]

    def is_open_to(self, person: User) -> bool:
        """Whether this person of the engagement may read it now: others than its owner only what is clean."""
        return self.has_content and (self.owner_id == person.pk or self.is_open_to_others)

    @property
    def has_content(self) -> bool:
        return self.scan != ScanState.FOUND

    @property
    def is_open_to_others(self) -> bool:
        return self.has_content and (not settings.CLAMD or self.scan == ScanState.CLEAN)

    @property
    def is_being_scanned(self) -> bool:
        return bool(settings.CLAMD) and self.scan == ScanState.WAITING

    @property
    def stored(self) -> list[str]:
        return [file.name for file in (self.content, self.preview) if file.name]
