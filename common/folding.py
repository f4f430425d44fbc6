"""Texts made comparable: small letters, no accents. The same for every language we know."""

import unicodedata

# Arabic letters that people write in two ways, and the stroke that only stretches a word.
ALIKE = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": "", "ß": "ss", "ø": "o", "œ": "oe", "’": "'"}
)


def fold(text: str) -> str:
    """Without case and accents; "Résumé" and "resume" are the same."""
    if text.isascii():
        return text.lower()
    # Taken apart, some signs are capitals ("𝐀" is "A"), so small letters come last.
    apart = unicodedata.normalize("NFKD", text.casefold().translate(ALIKE)).casefold()
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(ALIKE)
