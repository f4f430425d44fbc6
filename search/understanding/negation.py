"""What a question says it is *not* about: "interview next week, not about salary" names no salary.

Only forms that turn a subject down. "I can't negotiate" and "not sure how to resign" are about these things, so a
plain "not" is no such form.
"""

import re

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
CLAUSES = tuple(
    re.compile(f"(?:{opening}){REST}{END.format(but=SET_AGAINST[language])}", re.IGNORECASE)
    for language, openings in OPENINGS.items()
    for opening in openings
)
FEWEST_WORDS_LEFT = 2


def find_negated(text: str) -> list[tuple[int, int]]:
    """Where the clauses are that are turned down, as (start, end), in order and without overlaps."""
    found = sorted(match.span() for clause in CLAUSES for match in clause.finditer(text))
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def remove_negated(text: str) -> str:
    """What the question is about. A text that would have next to no words left stays as it is."""
    spans = find_negated(text)
    if not spans:
        return text
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(text)]
    left = " ".join(text[end:start].strip() for end, start in zip(ends, starts, strict=True)).strip(" ,.;:،")
    return left if len(re.findall(r"\w{2,}", left)) >= FEWEST_WORDS_LEFT else text
