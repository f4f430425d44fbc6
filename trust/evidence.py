"""Evidence: what was reported, kept at once as it was, so that later changes can't empty a case."""

import json
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts.models import User

from .errors import TrustError
from .models import Case, Exhibit
from .subjects import Evidence, Subject

FOLDER = "evidence"


def hash_evidence(evidence: Evidence) -> str:
    """The same for the same words and bytes, in whatever order the words are named."""
    words = json.dumps(dict(evidence.words), sort_keys=True, ensure_ascii=False)
    return sha256(words.encode() + b"\0" + evidence.content).hexdigest()


def has_read(case: Case, person: User) -> bool:
    """Whether they have ever said why they read it."""
    return case.openings.filter(by=person).exists()


def check_read(case: Case, person: User) -> None:
    """Who decides, signs or answers an appeal has to have read the evidence. Raises TrustError `unread`."""
    if not has_read(case, person):
        raise TrustError("unread", _("Read the evidence first: say why you open it."))


def keep_exhibit(case: Case, subject: Subject, pk: int, *, now: datetime) -> Exhibit:
    """Keep this subject as it is now, once for each state of it. Call it with the case locked."""
    evidence = subject.gather(pk) if subject.gather else Evidence()
    mark = hash_evidence(evidence)
    same = Exhibit.objects.filter(case=case, subject_type=subject.name, subject_id=pk, sha256=mark).first()
    if same:
        return same
    file = ""
    if evidence.content:
        # A random name: an address of evidence can't be guessed, and says nothing.
        file = default_storage.save(f"{FOLDER}/{uuid4().hex}", ContentFile(evidence.content))
    return Exhibit.objects.create(
        case=case,
        subject_type=subject.name,
        subject_id=pk,
        snapshot=dict(evidence.words),
        sha256=mark,
        file=file,
        at=now,
    )
