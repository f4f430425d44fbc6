"""What text that people type or paste may hold.

Word processors, calendars and chats add characters that nobody sees: a soft hyphen, a mark for the direction of the
text, a byte-order mark. `clean_text` takes away what only gets in the way and keeps what a script or an emoji needs, so
that nobody is asked to remove what they can't see. What is left to refuse (`validate_plain_text`) makes text run
backwards: people would read something else than what is there.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING

from common.later import LaterModule

if TYPE_CHECKING:
    from django.core import exceptions
    from django.utils import translation
else:
    # What reads questions takes only `fold` from here, in processes that load nothing of Django's network modules.
    exceptions, translation = LaterModule("django.core.exceptions"), LaterModule("django.utils.translation")

# All line breaks: Word's own (vertical tab), those of old systems, Unicode's.
BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Word draws its bullets and arrows from fonts that put them where Unicode has nothing.
WORD_SIGNS = str.maketrans(dict.fromkeys("\uf076\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc", "•") | {"\uf04a": "🙂", "\uf0e0": "→"})

# Ranges, to be put into brackets. Controls, soft hyphens, word joiners, private characters, halves of pairs:
INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000f0000-\U000ffffd\U00100000-\U0010fffd"
)
NOT_CHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
TAGS = "\U000e0000-\U000e007f"
SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
JOINERS = "\u200b-\u200d\u180e"
MARKS, EMBEDDINGS, ISOLATES, OVERRIDES = "\u200e\u200f\u061c", "\u202a\u202b", "\u2066\u2067\u2068", "\u202d\u202e"
END_EMBEDDING, END_ISOLATE = "\u202c", "\u2069"
DIRECTIONS = f"{MARKS}{EMBEDDINGS}{ISOLATES}{END_EMBEDDING}{END_ISOLATE}"
# Characters that take room or belong to another one, but show nothing by themselves.
BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0"

# Most texts hold none of these and need no further look.
UNCOMMON = re.compile(f"[{INVISIBLE}{NOT_CHARACTERS}{TAGS}{SELECTORS}{JOINERS}{DIRECTIONS}{BLANKS}]")
USELESS = re.compile(f"[{INVISIBLE}{NOT_CHARACTERS}]")
# Unseen letters spell the region of a flag (Scotland's). Anywhere else they would hide words.
FLAG_OR_TAG = re.compile(f"(\U0001f3f4[\U000e0030-\U000e007a]{{1,6}}\U000e007f)|[{TAGS}]")
SELECTED = re.compile(f"([^{SELECTORS}]?)([{SELECTORS}]+)")
JOINED = re.compile(f"([^{JOINERS}]?)([{JOINERS}]+)")
DIRECTION = re.compile(f"[{DIRECTIONS}]")
NOTHING_SEEN = re.compile(f"[\\s{SELECTORS}{JOINERS}{DIRECTIONS}{BLANKS}]*")
REFUSED = re.compile(f"(?!\r)[{INVISIBLE}{OVERRIDES}]")

# Before a joiner: what it can shape. Latin, Greek and Cyrillic letters are none of it, whole emoji are.
SHAPED = {"Lo", "Lm", "Mn", "Mc", "Me", "So", "Sk"}
SPACE = "\u200b"
# Thai, Lao, Tibetan, Burmese, Khmer: written without blanks, so this one says where a line may break.
WITHOUT_BLANKS = re.compile("[\u0e00-\u109f\u1780-\u17ff]")
SHOWN_BEFORE = 24


def clean_text(text: str) -> str:
    """The text with `\n` as its only line break and without characters that do nothing. Never longer than before."""
    text = BREAKS.sub("\n", text)
    if not UNCOMMON.search(text):
        return text
    text = USELESS.sub("", text.translate(WORD_SIGNS))
    text = FLAG_OR_TAG.sub(lambda found: found[1] or "", text)
    text = _keep_first(SELECTED, _is_selector_in_place, text)
    text = _keep_first(JOINED, _is_joiner_in_place, text)
    if DIRECTION.search(text):
        lines = map(_balance_directions, text.split("\n"))
        text = "\n".join(lines) if _runs_both_ways(text) else DIRECTION.sub("", text)
    return text


def shows_nothing(text: str) -> bool:
    """Whether it consists of blanks, or of letters and signs that are drawn as nothing."""
    return NOTHING_SEEN.fullmatch(text) is not None


def one_line(text: str) -> str:
    """Clean, and on one line: line breaks, tabs and runs of blanks become one blank."""
    return " ".join(clean_text(text).split())


def validate_plain_text(value: str) -> None:
    """Raises ValidationError for text that runs backwards, or that `clean_text` would still change."""
    found = REFUSED.search(value)
    if found is None:
        return
    before = one_line(REFUSED.sub("", value[: found.start()]))[-SHOWN_BEFORE:]
    if before:
        words = translation.gettext(
            "An invisible character after “%(before)s” changes how this reads. Delete that part and type it again."
        )
    else:
        words = translation.gettext(
            "An invisible character at the beginning changes how this reads. Delete that part and type it again."
        )
    raise exceptions.ValidationError(words, code="invisible", params={"before": before})


def _keep_first(pattern: re.Pattern[str], is_needed: Callable[[str, str], bool], text: str) -> str:
    """Of each run, the first if it does something to the character before it; more could only hide something."""
    return pattern.sub(lambda found: found[1] + (found[2][0] if is_needed(found[1], found[2][0]) else ""), text)


def _is_selector_in_place(before: str, _selector: str) -> bool:
    """A variation selector chooses how the character before it is drawn: as an emoji, or as one form of a Han sign."""
    return bool(before) and not before.isspace() and not shows_nothing(before)


def _is_joiner_in_place(before: str, joiner: str) -> bool:
    if joiner == SPACE:
        return bool(WITHOUT_BLANKS.match(before))
    return bool(before) and (unicodedata.category(before) in SHAPED or before == "\U000e007f")


def _runs_both_ways(text: str) -> bool:
    """Without a letter of Hebrew, Arabic or the like, marks of direction have nothing to do."""
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in DIRECTION.sub("", text))


def _balance_directions(line: str) -> str:
    """Without embeddings and isolates that are only begun or only ended: they would turn what stands around them."""
    begun: list[int] = []
    odd: set[int] = set()
    for place, character in enumerate(line):
        if character in EMBEDDINGS + OVERRIDES + ISOLATES:
            begun.append(place)
        elif character == END_EMBEDDING and begun and line[begun[-1]] not in ISOLATES:
            begun.pop()
        elif character == END_ISOLATE and any(line[other] in ISOLATES for other in begun):
            while line[other := begun.pop()] not in ISOLATES:
                odd.add(other)
        elif character in (END_EMBEDDING, END_ISOLATE):
            odd.add(place)
    odd.update(begun)
    return "".join(c for place, c in enumerate(line) if place not in odd or c in OVERRIDES)


WORD = re.compile(r"[^\W_]+")
# Letters that are no other letter with a mark, as `search_plain` in the database has them, then Arabic letters that
# people write in two ways, and the stroke that only stretches a word.
ALIKE = str.maketrans(
    {"ß": "ss", "ø": "o", "œ": "oe", "æ": "ae", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t"}
    | {"ŋ": "n", "ə": "e"}
    | dict.fromkeys("‘’\u02bb\u02bc", "'")
    | {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": ""}
)


def fold(text: str) -> str:
    """Without case and accents; "Résumé" and "resume" are the same."""
    if text.isascii():
        return text.lower()
    # Taken apart, some signs are capitals ("𝐀" is "A"), so small letters come last.
    apart = unicodedata.normalize("NFKD", text.casefold().translate(ALIKE)).casefold()
    return "".join(char for char in apart if not unicodedata.combining(char)).translate(ALIKE)


def split_words(text: str) -> list[str]:
    """Folded words; hyphens and apostrophes part them, so "counter-offer" is two."""
    return WORD.findall(fold(text))
