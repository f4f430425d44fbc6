"""Languages people can be mentored in: ISO 639-1 codes with the name their speakers use."""

from dataclasses import dataclass
from functools import cache

from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("bn", "বাংলা"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("es", "Español"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hu", "Magyar"),
    ("id", "Bahasa Indonesia"),
    ("ig", "Igbo"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ko", "한국어"),
    ("ms", "Bahasa Melayu"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("th", "ไทย"),
    ("tl", "Tagalog"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("vi", "Tiếng Việt"),
    ("yo", "Yorùbá"),
    ("zh", "中文"),
]
NAMES = dict(LANGUAGES)


@dataclass(frozen=True, slots=True)
class Language:
    """`name` is in the reader's language; `own` in the language itself, empty where that is the same."""

    code: str
    name: str
    own: str

    def __str__(self) -> str:
        return f"{self.name} · {self.own}" if self.own else self.name


def name_of(code: str) -> str:
    """In the reader's language. Django knows all of ours but a few."""
    others = {"tl": _("Tagalog"), "yo": _("Yoruba"), "zh": _("Chinese")}
    try:
        return others.get(code) or str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def describe_language(code: str) -> Language:
    return _describe_language(code, get_language() or "en")


# Once for each language that pages are read in, which is active while its names are looked up.
@cache
def _describe_language(code: str, _reader: str) -> Language:
    own, name = NAMES.get(code, code), name_of(code)
    return Language(code, name, "" if own.casefold() == name.casefold() else own)


def language_choices() -> list[tuple[str, str]]:
    """For a list to choose from, in the order of the reader's alphabet."""
    return list(_list_choices(get_language() or ""))


# Worked out once for each language of ours: naming and sorting all of them takes as long as a short page.
@cache
def _list_choices(_language: str) -> tuple[tuple[str, str], ...]:
    known = sorted((describe_language(code) for code in NAMES), key=lambda language: language.name.casefold())
    return tuple((language.code, str(language)) for language in known)
