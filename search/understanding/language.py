"""Which language a question is in, as shares: short questions often leave it open."""

import re
from collections.abc import Mapping

from .text import split_words

LANGUAGES = ("en", "de", "es", "fr", "ar")
# The words that sentences are made of, folded. One that two languages have counts for both.
WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        """the a an i my me we our you your he she they them his her it its is are was were be been am do does did don
        doesn didn have has had can could should would will to of for in on at with from by about and or but not no if
        when how what which who why where there this that these those after before as so than too very just get got
        need want help someone people work job boss manager into out up over every any all more first new""".split()
    ),
    "de": frozenset(
        """der die das den dem des ein eine einen einem einer ich mich mir mein meine meinen meinem meiner wir uns unser
        unsere er sie es ihr ihm ihn sich ist sind war bin hat habe haben hatte wird werde werden kann konnen soll will
        muss mochte wie was wer wann wo warum welche welcher welches nicht kein keine keinen und oder aber auf aus bei
        mit nach von vom zu zum zur fur uber um als wenn dass auch noch nur schon sehr mehr vor im am an bis seit ohne
        jetzt immer nie viel arbeit chef chefin stelle""".split()
    ),
    "es": frozenset(
        """el la los las un una unos unas yo me mi mis nos nuestro nuestra se su sus lo le les es son soy estoy esta
        estan era fue ser estar tengo tiene tienen hay hago hacer puedo puede quiero como que quien cuando donde cual
        por para con sin de del al en y o pero no ni si mas muy ya desde hasta sobre entre antes despues ahora siempre
        nunca trabajo jefe jefa empresa""".split()
    ),
    "fr": frozenset(
        """le la les un une des du de d l je j me m mon ma mes nous notre nos il elle ils elles on se sa son ses ce c
        cette est sont suis ai a avons ont etre avoir fait faire peux peut veux dois comment que qu quoi qui quand ou
        quel quelle pourquoi pour par avec sans dans sur en au aux et mais ne n pas plus tres deja depuis avant apres
        si travail patron chef emploi poste""".split()
    ),
    "ar": frozenset(),
}
# Letters and endings that one of them has and the others hardly do.
MARKS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(r"\b\w+(?:ing|ness|ship)\b|n['’]t\b|['’](?:m|ve|ll|re)\b"),
    "de": re.compile(r"[äöüß]|\b\w+(?:ung|keit|heit|lich|isch|schaft|gesprach|en)\b"),
    "es": re.compile(r"[ñ¿¡áíóú]|\b\w+(?:cion|ción|dad|mente|ado|ada|ando|iendo|aje)\b"),
    "fr": re.compile(r"[çèêàâûîœùëï]|\b\w+(?:eux|oir|ement|age|eur|aire|ées?)\b|\b[ldjmncsq]['’]"),
    "ar": re.compile(r"[\u0600-\u06ff]{2,}"),
}
# Without any sign it is most likely what most questions are in.
PRIOR: Mapping[str, float] = {"en": 0.6, "de": 0.1, "es": 0.1, "fr": 0.1, "ar": 0.02}
MARK_COUNTS = 1.5


def guess_language(text: str) -> dict[str, float]:
    """A share for each of our languages; together 1."""
    words = split_words(text)
    lower = text.lower()
    points = {
        language: PRIOR[language]
        + sum(word in WORDS[language] for word in words)
        + MARK_COUNTS * len(MARKS[language].findall(lower))
        for language in LANGUAGES
    }
    squared = {language: point * point for language, point in points.items()}
    total = sum(squared.values())
    return {language: point / total for language, point in squared.items()}
