"""Portraits go the way of a photo that a mentor uploads."""

from django.core.files.uploadedfile import SimpleUploadedFile

from demo.people import Person
from mentors.moderation.drafts import store_photo
from mentors.photos import read_photo

from .features import choose_features
from .picture import draw_picture


class PortraitWriter:
    """Draws `most` portraits, one after another; who comes later has initials instead."""

    def __init__(self, most: int) -> None:
        self.left = most

    def write(self, person: Person) -> str:
        """The name of the stored photo, or nothing."""
        if not self.left:
            return ""
        self.left -= 1
        features = choose_features(person.slug, culture=person.culture, is_woman=person.is_woman)
        upload = SimpleUploadedFile(f"{person.slug}.png", draw_picture(features), "image/png")
        return store_photo(read_photo(upload))
