"""A reader of two topics, which is learnt in no time."""

from search.models import StoredReader
from search.understanding.encoders import load_encoders
from search.understanding.material import OUTSIDE, Material
from search.understanding.trained import Trained
from search.understanding.training import train
from tests.conftest import NOW

MATERIAL = Material.of(
    {"Negotiation": ("salary talk",), "Slides": ("slide deck",)},
    {
        "Negotiation": {
            "en": ["they want a number from me", "how much more may I ask for", "the offer is lower than my pay now"]
        },
        "Slides": {"en": ["there is too much text on each page", "which chart shows it best", "nobody reads the back"]},
        OUTSIDE: {"en": ["what is the time in Rome", "a song for my wedding", "the river was high this year"]},
    },
)


def train_small() -> Trained:
    encoders = load_encoders()
    return train(MATERIAL, encoders.found, dictionary=encoders.dictionary)


def store_reader(trained: Trained) -> StoredReader:
    return StoredReader.objects.create(
        content=trained.to_bytes(), digest=trained.digest, source="tests", trained_at=NOW, **trained.check
    )
