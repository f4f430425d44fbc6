"""Training a reader when topics or examples have changed, and keeping it only if it reads about as well as before."""

import logging
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from search.models import StoredReader
from search.understanding.bundled import load_bundled
from search.understanding.material import OUTSIDE
from search.understanding.trained import Trained
from search.understanding.training import Vectors, collect_vectors, train

from .loading import load_found, unpack_stored
from .material import add_bundled_examples, digest_source, load_material

logger = logging.getLogger(__name__)

# A new reader may do so much worse in its own cross-validation: examples that were added are harder than those before.
ALLOWED_LOSS = 0.03


class Retraining(StrEnum):
    UNCHANGED = "unchanged"
    NOTHING_TO_LEARN = "nothing to learn from"
    TAKEN = "taken"
    REFUSED = "refused"


def learn_to_read(*, now: datetime, force: bool = False) -> Retraining:
    """Add the examples that came with the product for topics that are new, and train if anything has changed."""
    add_bundled_examples()
    return retrain_if_changed(now=now, force=force)


def retrain_if_changed(*, now: datetime, force: bool = False) -> Retraining:
    """Train where topics or examples are not those of the reader in use; takes seconds.

    `force`: take what comes out even if it reads worse, and even if this very training was refused before.
    """
    material = load_material()
    if not material.topics or not any(example.topic == OUTSIDE for example in material.examples):
        return Retraining.NOTHING_TO_LEARN
    source, present = digest_source(material), StoredReader.objects.first()
    if present and source in (present.source, "" if force else present.refused):
        return Retraining.UNCHANGED
    encoders = load_found()
    texts = [*(example.text for example in material.examples), *(phrase for _, phrase in material.phrases())]
    # What was computed for the reader in use need not be computed again.
    before = unpack_stored(present)
    earlier = _join_vectors(load_bundled(texts, encoders.found), collect_vectors(before) if before else {})
    trained = train(material, encoders.found, dictionary=encoders.dictionary, earlier=earlier)
    loses = present is not None and trained.check["three"] < present.three - ALLOWED_LOSS
    if present and loses and not force:
        logger.warning("a new reader was not taken: %.3f after %.3f", trained.check["three"], present.three)
        StoredReader.objects.filter(pk=present.pk).update(refused=source)
        return Retraining.REFUSED
    _store(trained, source=source, now=now)
    return Retraining.TAKEN


@transaction.atomic
def _store(trained: Trained, *, source: str, now: datetime) -> None:
    StoredReader.objects.select_for_update().all().delete()
    StoredReader.objects.create(
        content=trained.to_bytes(),
        digest=trained.digest,
        source=source,
        first=trained.check["first"],
        three=trained.check["three"],
        trained_at=now,
    )


def _join_vectors(first: Vectors, second: Vectors) -> Vectors:
    return {key: {**second.get(key, {}), **first.get(key, {})} for key in {*first, *second}}
