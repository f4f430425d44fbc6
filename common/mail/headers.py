"""The headers of a mail, encoded here and parsed nowhere.

Python's email package reads a value it is given as if it had come from outside: it decodes encoded words (RFC 2047)
that people wrote as their name, and what it finds inside becomes header lines (python/cpython#121284, #121650); and
where it folds a long name it forgets the quotes around it (#80222). So each header is written here from finished
parts, and the package passes it on untouched.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from email.policy import EmailPolicy
from typing import Self
from urllib.parse import quote

from django.utils.encoding import punycode

LINE = 76
# Characters of encoded text in an encoded word, which may have 75 with its charset around it.
CHARACTERS_IN_A_PIECE = 60
# A longer word can't be folded, and a line may have 998 characters.
LONGEST_WORD = 70
ASCII = re.compile(r"[\x20-\x7e]*")
# Words that need no quotes in front of an address.
PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=^_`{|}~ -]+")
ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
BEGINS_ENCODED_WORD = "=?"
CHARSET = "utf-8''"
# The one invisible character that names need: it shapes letters of several scripts.
JOINER = "\u200d"


class UnwritableHeaderError(Exception):
    """No header can be written from this: an invalid address, or an empty file name."""


class Mailbox:
    """A name and an address, for the headers From and To."""

    def __init__(self, name: str, addr_spec: str) -> None:
        self.name, self.addr_spec = one_line(name), envelope_address(addr_spec)

    def as_pair(self) -> tuple[str, str]:
        return self.name, self.addr_spec


class Header(str):
    """A finished header: `text` as it is sent, folded; `means` is what a reader must get out of it."""

    name: str
    means: str | tuple[str, str]

    def __new__(cls, name: str, wire: str, means: str | tuple[str, str]) -> Self:
        header = super().__new__(cls, wire)
        header.name, header.means = name, means
        return header

    def fold(self, *, policy: EmailPolicy) -> str:
        """Called by the email package when it writes the header."""
        return f"{self.name}: {self}\r\n".replace("\r\n", policy.linesep)


def text_header(name: str, text: str) -> Header:
    """A header with any text: as it is if it is plain ASCII, else in encoded words."""
    text = one_line(text)
    words = text.split(" ") if is_plain(text) else list(encoded_words(text))
    return Header(name, fold_words(words, taken=len(name) + 2), text)


def raw_header(name: str, value: str) -> Header:
    """A header for programs, in one piece however long: the id of a mail, an address of the web."""
    value = one_line(value)
    return Header(name, value, value) if is_ascii(value) else text_header(name, value)


def mailbox_header(name: str, mailbox: Mailbox) -> Header:
    """Raises UnwritableHeaderError for an address that no mail can be sent to."""
    if not ADDRESS.fullmatch(mailbox.addr_spec) or BEGINS_ENCODED_WORD in mailbox.addr_spec:
        raise UnwritableHeaderError(f"{name}: not an address of mail")
    if not mailbox.name:
        return Header(name, mailbox.addr_spec, mailbox.as_pair())
    wire = fold_words([*phrase_words(mailbox.name), f"<{mailbox.addr_spec}>"], taken=len(name) + 2)
    return Header(name, wire, mailbox.as_pair())


def file_header(filename: str) -> Header:
    """Content-Disposition of a file (RFC 2183), its name in pieces of ASCII where it needs more (RFC 2231)."""
    filename = one_line(filename)
    if FILE_NAME.fullmatch(filename):
        pieces = [f'filename="{filename}"']
    elif filename:
        cut = enumerate(pieces_of(filename, encode=quote_parameter, most=CHARACTERS_IN_A_PIECE))
        pieces = [f"filename*{number}*={piece if number else CHARSET + piece}" for number, piece in cut]
    else:
        raise UnwritableHeaderError("a file without a name")
    return Header("Content-Disposition", ";\r\n ".join(["attachment", *pieces]), filename)


def envelope_address(email: str) -> str:
    local, _at, domain = email.rpartition("@")
    try:
        return f"{local}@{punycode(domain)}"
    except UnicodeError:
        return email


def one_line(text: str) -> str:
    """The text without line breaks and invisible characters, since what people write goes into headers."""
    visible = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in visible if c == JOINER or unicodedata.category(c) not in {"Cf", "Cs"}).split())


def is_ascii(text: str) -> bool:
    """Whether it is plain ASCII that no reader takes for an encoded word."""
    return bool(ASCII.fullmatch(text)) and BEGINS_ENCODED_WORD not in text


def is_plain(text: str) -> bool:
    return is_ascii(text) and all(len(word) <= LONGEST_WORD for word in text.split(" "))


def phrase_words(name: str) -> list[str]:
    """The name in front of an address: bare, quoted, or encoded."""
    if not is_plain(name):
        return list(encoded_words(name))
    if PHRASE.fullmatch(name):
        return name.split(" ")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{quoted}"']


def encoded_words(text: str) -> Iterator[str]:
    """The text as encoded words (RFC 2047), cut between characters. Readers ignore the blanks between them."""
    for piece in pieces_of(text, encode=encode_base64, most=CHARACTERS_IN_A_PIECE):
        yield f"=?utf-8?b?{piece}?="


def encode_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def quote_parameter(text: str) -> str:
    return quote(text, safe="")


def pieces_of(text: str, *, encode: Callable[[str], str], most: int) -> Iterator[str]:
    """The text, encoded, in pieces of at most `most` characters, cut between characters.

    Readers decode each piece alone.
    """
    piece = ""
    for character in text:
        if len(encode(piece + character)) > most:
            yield encode(piece)
            piece = ""
        piece += character
    yield encode(piece)


def fold_words(words: Iterable[str], *, taken: int) -> str:
    """The words separated by blanks, on lines of at most 76 characters where possible."""
    lines, room = [""], LINE - taken
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = LINE - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)
