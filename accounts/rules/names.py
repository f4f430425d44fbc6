"""What people may call themselves, and how to greet them; pages, API and admin all ask here.

A name is shown in mails, calendars, calls and on other people's pages. One that reads like an address, like a message
of the site or like nothing at all can be used for advertising or fraud.
"""

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.mail.headers import BEGINS_ENCODED_WORD

# Letters and signs by their category, but nothing is drawn: fillers of Hangul, vowels of Khmer, an empty Braille cell.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U0001d159")
LINK = re.compile(r"://|@|\bwww\.|\b(?:https?|ftp|mailto|tel|sms|javascript|data)\s*:", re.IGNORECASE)
DOTTED = re.compile(r"[\w-]+(?:[.\u3002]+[\w-]+)+")
DOTS = re.compile(r"[.\u3002]+")
GOES_ON = ("/", ":", "?", "#")
WORD = re.compile(r"\w+")
# Alphabets whose letters look like each other's
ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
MOST_MARKS, MOST_MARKS_ON_AN_ALPHABETS = 6, 2
ROLES = frozenset(
    WORD.findall(
        "support helpdesk admin admins administrator moderator moderators moderation webmaster postmaster noreply"
    )
)
# A name made of these words alone would speak for the site as well.
OFFICES = frozenset(
    WORD.findall("team staff help desk service customer security system official account accounts billing")
)
GLUE = frozenset(("the", "our", "and", "of", "at", "from"))
LONG_ENOUGH_TO_BE_KNOWN = 8

TITLES = frozenset(
    WORD.findall(
        "dr prof professor doctor mr mrs ms mx miss sir dame herr frau mme mlle madame monsieur sr sra srta"
        " señor señora ing dipl doc mudr phdr rndr judr mgr drs rev revd hon ดร นพ พญ ผศ รศ"
    )
)
INITIALS = re.compile(r"(?:[^\W\d_]\.?-?)|(?:[^\W\d_]\.-?)+")


def check_name(name: str) -> None:
    """Raises ValidationError: `characters`, `empty`, `encoded`, `marks`, `alphabets`, `link`, `dot` or `ours`."""
    if any(c in "\n\r\t<>" or unicodedata.category(c) in {"Zl", "Zp"} for c in name):
        raise ValidationError(_("Enter the name on one line, without < or >."), code="characters")
    if any(c in BLANKS for c in name):
        words = _("Type the name again: what you pasted contains an invisible character.")
        raise ValidationError(words, code="empty")
    check_encoded(name)
    check_letters(name)
    check_links(unicodedata.normalize("NFKC", name))
    if not any(c.isalpha() for c in name):
        raise ValidationError(_("Use at least one letter in your name."), code="empty")
    if is_ours(name):
        raise ValidationError(_("This could be mistaken for our team. Use your own name."), code="ours")


def check_encoded(text: str) -> None:
    """Raises ValidationError for text that a mail program might decode (RFC 2047) instead of showing it."""
    if BEGINS_ENCODED_WORD in unicodedata.normalize("NFKC", text):
        raise ValidationError(_("Leave out “=?”, which email programs read as a code."), code="encoded")


def check_letters(name: str) -> None:
    alphabet, marks = "", 0
    for character in unicodedata.normalize("NFC", name):
        if unicodedata.category(character) in {"Mn", "Me"}:
            marks += 1
            if marks > (MOST_MARKS_ON_AN_ALPHABETS if alphabet else MOST_MARKS):
                raise ValidationError(_("Use fewer accents on each letter."), code="marks")
        else:
            alphabet, marks = alphabet_of(character), 0
    for word in WORD.findall(name):
        if len({alphabet_of(letter) for letter in word} - {""}) > 1:
            words = _("“%(word)s” mixes letters from two alphabets that look alike. Type it again with one keyboard.")
            raise ValidationError(words, code="alphabets", params={"word": word})


def alphabet_of(character: str) -> str:
    name = unicodedata.name(character, "") if character.isalpha() else ""
    return next((alphabet for alphabet in ALPHABETS if name.startswith(alphabet)), "")


def check_links(name: str) -> None:
    """Raises ValidationError for a name that a mail program would turn into a link.

    A known title or an initial before a dot makes it a name after all: M.Ru, Dr.Weber.
    """
    if LINK.search(name):
        raise a_link()
    for found in DOTTED.finditer(name):
        *before, last = DOTS.split(found[0])
        if name[found.end() :].startswith(GOES_ON) or is_numeric_host([*before, last]):
            raise a_link()
        if len(last) == 1 or last.isdecimal():
            continue
        if last[0].islower():
            raise a_link()
        if not all(len(label) == 1 or label.casefold() in TITLES for label in before):
            raise ValidationError(_("Put a space after the dot, or leave the dot out."), code="dot")


def a_link() -> ValidationError:
    return ValidationError(_("Enter a name, not an address or a link."), code="link")


def is_numeric_host(labels: list[str]) -> bool:
    return len(labels) == 4 and all(label.isdecimal() for label in labels)


def is_ours(name: str) -> bool:
    """Whether readers would take the name for the site itself, or for people who speak for it."""
    words, site = plain_words(name), plain_words(settings.SITE_NAME)
    if any(word in ROLES for word in words):
        return True
    known = len("".join(site)) >= LONG_ENOUGH_TO_BE_KNOWN or len(site) > 1
    if known and f" {' '.join(site)} " in f" {' '.join(words)} ":
        return True
    if "".join(words).replace("".join(site), "", 1) in {"", *ROLES, *OFFICES}:
        return True
    rest = [word for word in words if word not in site and word not in GLUE]
    return all(word in OFFICES for word in rest)


def plain_words(text: str) -> list[str]:
    """The words in small letters, without accents."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))


def name_to_greet(name: str) -> str:
    """What a friend would say: Anna for “Dr. Anna Weber” and “Weber, Anna”, but all of “Dr. Weber” or “J. Smith”."""
    words = name.split()
    if not words:
        return name
    if words[0].endswith(","):
        behind = [word for word in words[1:] if not is_title(word) and not is_credential(word)]
        words = words[1:] if behind else [words[0].rstrip(",")]
    plain = words
    while plain and is_title(plain[0]):
        plain = plain[1:]
    given = [word for word in plain[:-1] if not INITIALS.fullmatch(word)]
    if given:
        return given[0].rstrip(",") or name
    alone = len(plain) == 1 and plain is words and not INITIALS.fullmatch(plain[0])
    return plain[0].rstrip(",") if alone else name


def is_title(word: str) -> bool:
    """Whether it is a title like Dr, Prof. or Dipl.-Ing.: a known one, or an abbreviation of more than one letter."""
    bare = word.rstrip(".,")
    return bare.casefold() in TITLES or (word.endswith(".") and len(bare) > 1 and not INITIALS.fullmatch(word))


def is_credential(word: str) -> bool:
    """Whether it is written behind a name, like PhD, MBA or M.D.: with capitals or dots inside."""
    return word[1:] != word[1:].lower() or "." in word
