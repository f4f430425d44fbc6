"""Cuts the two families down to what pages need, as WOFF2 in `static_build/fonts/`."""

import hashlib
import logging
import shutil
from collections.abc import Iterable
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset
from fontTools.ttLib import TTFont

# This family draws thin: its Medium is what others call regular, and its Bold a semi-bold.
FACES = {
    "hanken-grotesk-400.woff2": ("font_hanken_grotesk", "HankenGrotesk-Medium.otf"),
    "hanken-grotesk-600.woff2": ("font_hanken_grotesk", "HankenGrotesk-Bold.otf"),
    "source-serif-pro-700.woff2": ("font_source_serif_pro", "SourceSerifPro-Bold.ttf"),
}
LICENCES = {
    "hanken-grotesk-OFL.txt": ("font_hanken_grotesk", "OFL.txt"),
    "source-serif-pro-OFL.txt": ("font_source_serif_pro", "LICENSE.txt"),
}
# Letters of names like Dąbrowska or Çağlar: most pages have none, so they are a file of their own, which browsers ask
# for where one occurs (`unicode-range` in the stylesheet).
EXTENDED = range(0x100, 0x180)
# Latin, Latin-1, and the punctuation, currency and arrows that our words use.
BASIC = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x2039, 0x203A, 0x20AC),
    *(0x2190, 0x2192, 0x2212),
]
# Kerning below 2 % of the em is a third of a pixel in body text, and a quarter of a font's bytes.
LEAST_KERNING = 0.02


class Command(BaseCommand):
    help = "Build the web fonts. Does nothing when they are up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.BASE_DIR) / "static_build" / "fonts"
        logging.getLogger("fontTools").setLevel(logging.WARNING)
        target.mkdir(parents=True, exist_ok=True)
        stamp, wanted = target / ".stamp", compute_fingerprint()
        built = [target / name for name in FACES] + [extended_file(target / name) for name in FACES]
        if stamp.exists() and stamp.read_text() == wanted and all(file.exists() for file in built):
            self.stdout.write("Fonts are up to date.")
            return
        for name, (package, source) in LICENCES.items():
            shutil.copyfile(font_file(package, source), target / name)
        for name, (package, source) in FACES.items():
            build_font(font_file(package, source), target / name, BASIC)
            build_font(font_file(package, source), extended_file(target / name), EXTENDED)
        for file in built:
            self.stdout.write(f"{file.name}: {file.stat().st_size} bytes")
        stamp.write_text(wanted)


def font_file(package: str, name: str) -> Path:
    return Path(str(files(package))) / "files" / name


def extended_file(face: Path) -> Path:
    return face.with_stem(f"{face.stem}-extended")


def compute_fingerprint() -> str:
    """Changes with this recipe and with the packages it works on."""
    packages = ("font-hanken-grotesk", "font-source-serif-pro", "fonttools")
    versions = " ".join(metadata.version(package) for package in packages)
    return hashlib.sha256(Path(__file__).read_bytes() + versions.encode()).hexdigest()


def build_font(source: Path, target: Path, characters: Iterable[int]) -> None:
    options = subset.Options()
    options.layout_features = ["kern", "ccmp", "locl"]
    options.hinting = False
    options.desubroutinize = True
    options.flavor = "woff2"
    font = TTFont(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    drop_small_kerning(font)
    font.flavor = "woff2"
    # Written beside and renamed: two processes that start at once must not read half a file.
    part = target.with_suffix(".part")
    font.save(part)
    part.replace(target)


def drop_small_kerning(font: TTFont) -> None:
    least = LEAST_KERNING * font["head"].unitsPerEm
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            pairs = getattr(table, "ExtSubTable", table)
            if pairs.LookupType != 2:
                continue
            for pair_set in getattr(pairs, "PairSet", []):
                kept = [pair for pair in pair_set.PairValueRecord if abs(read_advance(pair.Value1)) >= least]
                pair_set.PairValueRecord, pair_set.PairValueCount = kept, len(kept)
            for first in getattr(pairs, "Class1Record", []):
                for second in first.Class2Record:
                    if 0 < abs(read_advance(second.Value1)) < least:
                        second.Value1.XAdvance = 0


def read_advance(value: Any) -> int:
    return getattr(value, "XAdvance", 0) or 0
