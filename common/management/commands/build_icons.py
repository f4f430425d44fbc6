"""Draws the site's icons into `static_build/icons/`, in the sizes that browsers, phones and search engines ask for."""

from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from common.branding.drawing import as_png, draw_mark

FAVICON_SIZES = [16, 32, 48]
# What Android cuts away of a maskable icon lies outside of the middle 80 %; Apple rounds the corners itself.
PICTURES: dict[str, dict[str, Any]] = {
    "icon-192.png": {"size": 192},
    "icon-512.png": {"size": 512},
    "icon-maskable-512.png": {"size": 512, "rounded": False, "inset": 0.1},
    "apple-touch-icon.png": {"size": 180, "rounded": False},
}


class Command(BaseCommand):
    help = "Draw the site's icons."

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "static_build" / "icons"
        target.mkdir(parents=True, exist_ok=True)
        for name, shape in PICTURES.items():
            write_whole(target / name, as_png(draw_mark(**shape)))
        favicon, marks = BytesIO(), [draw_mark(size) for size in FAVICON_SIZES]
        marks[-1].save(favicon, "ICO", append_images=marks[:-1], sizes=[(size, size) for size in FAVICON_SIZES])
        write_whole(target / "favicon.ico", favicon.getvalue())
        self.stdout.write(f"{len(PICTURES) + 1} icons are drawn.")


def write_whole(path: Path, content: bytes) -> None:
    """Written beside and renamed: two processes that start at once must not read half a file."""
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)
