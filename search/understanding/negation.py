"""What a question says it is *not* about: "interview next week, not about salary" names no salary.

Only forms that turn a subject down. "I can't negotiate" and "not sure how to resign" are about these things, so a
plain "not" is no such form.
"""

import re

from common.texts import split_words

from .named import EVERYDAY

# A clause that is turned down ends at a mark, or where another one is set against it.
REST = r"[^.,;:!?()\n،؛؟–—]*?"
END = r"(?=\s*(?:[.,;:!?()\n،؛؟–—]|$)|\s+(?:{but})\b)"

SUBJECT = r"(?:the|a|an|my|our|your|his|her|their|this|that|these|those|any|some)"
OPENINGS = {
    "en": (
        r"\b(?:(?:i['’]m|i\s+am|we['’]re|it['’]s)\s+)?not\s+(?:really\s+|so\s+much\s+)?(?:about|asking|looking\s+for|talking\s+about)\b",
        r"(?:\b(?:it|this|that)\s+)?\b(?:is|are|was)(?:n['’]t|\s+not)\s+(?:really\s+)?(?:about|a\s+question\s+of)\b",
        rf"\b(?:it|this|that)(?:\s+is\s+not|['’]s\s+not|\s+isn['’]t)\s+{SUBJECT}\s+(?!big\s+deal)",
        rf"(?:^|[.;:!?]\s*|\band\s+)not\s+{SUBJECT}\s+(?!faintest|slightest|least|first|only)",
        r"^not\s+(?!(?:sure|certain|one|only|to|enough|getting|happy|able|been|being|allowed|respected|heard|having|know"
        r"|knowing|good|much|a)\b)(?=[^.!?;\n]*[,.;])",
        r"^no\s+(?=[^.,!?;\n]*,\s*(?:just|only|real)\b)",
        # "No grants, no loans. We need …": both, before what is wanted.
        r"^no\s+[^.,!?;\n]+,\s*(?:and\s+)?no\s+"
        r"(?=[^.,!?;\n]+[.;:]\s*(?:just|only|(?:i|we)(?:['’]d\s+like|\s+(?:just|only|want|need))\b))",
        r"\b(?:i|we)\s+(?:don['’]t|do\s+not)\s+want\s+(?=[^.,!?;:\n]+[.,;:]\s*(?:(?:i|we)\s+)?(?:just|only)\b)",
        r"\b(?:i\s+)?(?:don['’]t|do\s+not|didn['’]t)\s+(?:mean|want\s+to\s+(?:talk|hear)\s+about|(?:want|need)\s+(?:help|advice)\s+(?:with|on))\b",
        r"\bnothing\s+to\s+do\s+with\b",
    ),
    "de": (
        r"\b(?:es\s+geht|geht\s+es|gehts)\s+(?:mir\s+)?(?:hier\s+)?nicht\s+(?:um|darum)\b",
        r"\bnicht\s+(?:über|um|wegen|zum\s+thema)\b",
        r"(?:^|[.;:!?]\s*|\bund\s+)nicht\s+(?:der|die|das|den|dem|eine?n?|meine?n?|unsere?n?)\s+(?!geringste|blasseste)",
        r"(?:^|[.,;:!?]\s*)keine?n?\s+frage\s+(?:zu|zum|zur|nach)\b",
    ),
    "es": (
        r"\bno\s+(?:es|se\s+trata|va|pregunto|hablo|hablamos)\s+(?:de|del|sobre|por)\b",
        r"\bno\s+(?:busco|quiero\s+hablar\s+de|me\s+refiero\s+a|es\s+(?:el|la|los|las|mi|una?))\b",
        r"(?:^|[.;:!?¿¡]\s*|\by\s+)no\s+(?:el|la|los|las|mi|mis|sobre|por)\b",
    ),
    "fr": (
        r"\b(?:il\s+ne\s+s['’]agit|ce\s+n['’]est|c['’]est|je\s+ne\s+parle|je\s+ne\s+cherche)\s+pas\s+"
        r"(?:d['’]|l['’]|(?:de|du|des|une?|le|la|les|mon|ma|mes|pour|sur)\b)",
        r"\bce\s+n['’]est\s+ni\b",
        r"(?:^|\bet\s+)pas\s+(?!du\s+tout)(?:l['’]|(?:le|la|les|mon|ma|mes|sur|pour)\b)",
    ),
    "ar": (
        r"(?:^|[\s،])(?:ليس|ليست|لست|لا)\s+(?:عن|أسأل\s+عن|اسأل\s+عن|أتحدث\s+عن|يتعلق\s+ب|بخصوص)",
        r"(?:^|[\s،])(?:لا\s+أريد|لا\s+اريد|لا\s+أقصد)(?=[^،.؟!]*[،.])",
    ),
}
SET_AGAINST = {
    "en": r"but|just|only|i\s+mean|rather|it['’]s|i['’]m",
    "de": r"sondern|aber|nur|bloß",
    "es": r"sino|pero|solo|sólo",
    "fr": r"mais|juste|seulement",
    "ar": r"بل|لكن|ولكن|فقط",
}
# Where a clause begins, and one that says in full what is *not* the matter: "The salary isn't the problem".
BEGIN = r"(?:(?<=^)|(?<=[.;:,!?¿¡\n،؛؟])\s*)"
FULL = {
    "en": r"(?:is|are)(?:n['’]t|\s+not)\s+(?:really\s+)?(?:the|my|our|a)\s+(?:problem|issue|trouble|point|question)",
    "de": r"(?:ist|sind)\s+(?:gar\s+|auch\s+)?(?:nicht\s+(?:das|mein|unser)\s+(?:problem|thema)|kein\s+problem)",
    "es": r"no\s+(?:es|son)\s+(?:el|mi|nuestro|un)\s+(?:problema|tema)",
    "fr": r"(?:n['’]est|ne\s+sont)\s+pas\s+(?:le|mon|notre|un)\s+(?:problème|probleme|sujet)",
    "ar": r"(?:ليس|ليست)\s+(?:هي\s+|هو\s+)?(?:المشكلة|مشكلة|مشكلتي|الموضوع)",
}
# Or that something is as it should be, set against what is not: "The talk is ready, but my hands shake".
SETTLED = {
    "en": r"(?:is|are)\s+(?:all\s+|already\s+|very\s+|quite\s+)?"
    r"(?:fine|good|great|excellent|perfect|ready|done|finished|polished|settled|okay|ok|clear|right|fair|in\s+order)",
    "de": r"(?:passt|stimmt|läuft|(?:ist|sind)\s+(?:schon\s+|alle\s+|ganz\s+|sehr\s+)?"
    r"(?:gut|fertig|bereit|in\s+ordnung|klar|toll|super|okay|ok))",
    "es": r"(?:está|están|es|son|va|van)\s+(?:muy\s+)?"
    r"(?:bien|list[oa]s?|buen[oa]s?|clar[oa]s?|terminad[oa]s?|excelentes?)",
    "fr": r"(?:est|sont|va|vont)\s+(?:très\s+|déjà\s+)?"
    r"(?:bien|bon(?:ne)?s?|prête?s?|finie?s?|terminée?s?|claire?s?|excellente?s?)",
    "ar": r"(?:جاهز|جيد|ممتاز|واضح|مكتمل)\w*",
}
INSTEAD = {
    "en": ("but", "only", "yet", "it's", "it’s"),
    "de": ("aber", "nur", "bloß", "doch"),
    "es": ("pero", "solo", "sólo"),
    "fr": ("mais", "seulement"),
    "ar": ("لكن", "ولكن", "بل", "فقط"),
}
# What a text must hold for one of a language's forms to be in it; far quicker to look for than the forms.
NEEDED = {
    "en": ("no", "n't", "n’t"),
    "de": ("nicht", "kein"),
    "es": ("no",),
    "fr": ("pas", "ni"),
    "ar": ("لا", "ليس", "لست"),
}
FEWEST_WORDS_LEFT = 2
# "The offer is good, but should I take it?" is about the offer: what follows must say more than that.
FEWEST_TELLING = 2

Clauses = tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]
TURNED_DOWN: Clauses = tuple(
    (NEEDED[language], re.compile(form, re.IGNORECASE))
    for language, openings in OPENINGS.items()
    for form in (
        *(f"(?:{opening}){REST}{END.format(but=SET_AGAINST[language])}" for opening in openings),
        rf"{BEGIN}{REST}\s{FULL[language]}\b(?=\s*[.,;:!?،؛؟–—])",
    )
)
CONCEDED: Clauses = tuple(
    (
        words,
        re.compile(
            rf"{BEGIN}(?:{REST}\s{SETTLED[language]}\s*[,;،؛]\s*)*"
            rf"{REST}\s{SETTLED[language]}(?:\s+too)?\s*[.,;:!?،؛؟–—]?(?=\s+(?:{'|'.join(words)})\b)",
            re.IGNORECASE,
        ),
    )
    for language, words in INSTEAD.items()
)


def find_negated(text: str) -> list[tuple[int, int]]:
    """Where the clauses are that are turned down, as (start, end), in order and without overlaps."""
    return _find(TURNED_DOWN, text)


def remove_negated(text: str) -> str:
    """What the question is about, without clauses that are turned down, or said to be fine before what is not.

    A text that would have next to no words left stays as it is.
    """
    asked = _cut(text, find_negated(text), FEWEST_WORDS_LEFT)
    told = _cut(asked, _find(CONCEDED, asked), FEWEST_TELLING)
    return told if told == asked or sum(word not in EVERYDAY for word in split_words(told)) >= FEWEST_TELLING else asked


def _find(clauses: Clauses, text: str) -> list[tuple[int, int]]:
    lower = text.lower()
    found = sorted(
        match.span()
        for needed, clause in clauses
        if any(word in lower for word in needed)
        for match in clause.finditer(text)
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: list[tuple[int, int]], fewest: int) -> str:
    if not spans:
        return text
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    left = " ".join(text[end:start].strip() for end, start in zip(ends, starts, strict=True)).strip(" ,.;:،")
    return left if len(re.findall(r"\w{2,}", left)) >= fewest else text
