"""What is cleaned out of text, what stays, and what is refused."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from common.texts import OVERRIDES, clean_text, one_line, shows_nothing, validate_plain_text

CLEANED = {
    "soft hyphen": ("nego\u00adtia\u00adtion", "negotiation"),
    "byte order mark": ("\ufeffHow do I?", "How do I?"),
    "zero width space": ("How\u200b do I?", "How do I?"),
    "word joiner": ("10\u2060km", "10km"),
    "left-to-right mark of a copied number": ("\u200e+44 20 7946 0000", "+44 20 7946 0000"),
    "embedding around a copied number": ("\u202a+44 20 7946 0000\u202c", "+44 20 7946 0000"),
    "isolates around a mention": ("Thanks \u2068Sam\u2069!", "Thanks Sam!"),
    "bullet of Word": ("\uf0b7\tFirst\v\uf0a7\tSecond", "•\tFirst\n•\tSecond"),
    "line break of Word": ("First\vSecond", "First\nSecond"),
    "page break": ("First\fSecond", "First\nSecond"),
    "line break of Windows": ("First\r\nSecond\rThird", "First\nSecond\nThird"),
    "line and paragraph separators": ("First\u2028Second\u2029Third\x85Fourth", "First\nSecond\nThird\nFourth"),
    "controls": ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
    "sign of a private font": ("Apple \uf8ff", "Apple "),
    "half of a pair": ("a\ud83db", "ab"),
    "no character": ("a\uffffb\U0010ffffc\ufdd0d", "abcd"),
    "hidden tags": ("Help me\U000e0041\U000e0042\U000e0001", "Help me"),
    "tags behind a flag that is none": ("\U0001f3f4\U000e0067", "\U0001f3f4"),
    "hidden selectors": ("😀" + "".join(chr(0xE0100 + number) for number in range(40)), "😀\U000e0100"),
    "joiner that joins nothing": ("pay\u200dpal \u200cx", "paypal x"),
    "nothing but what is not seen": ("\u200b\u2060 \ufe0f\u200e", " "),
    "mark of a left-to-right text": ("C++\u200e and C\u200f", "C++ and C"),
    "isolate that is only begun": ("שלום \u2066Kubernetes", "שלום Kubernetes"),
    "isolate that is only ended": ("שלום\u2069 \u202c", "שלום "),
    "embedding that is cut off by an isolate's end": ("\u2067א\u202bב\u2069", "\u2067אב\u2069"),
}
KEPT = {
    "plain": "How do I ask for the level?\n\tIn writing – or “in person”?",
    "accents": "Zoë, Łukasz and Nguyễn Thị",
    "separate accents": "re\u0301sume\u0301",
    "devanagari with a joiner": "श्री क्\u200dष और क्\u200cष",
    "bengali with a joiner at the end": "হঠাৎ ত্\u200d",
    "persian with a non-joiner": "می\u200cخواهم مدیر شوم",
    "arabic": "كيف أطلب زيادة في الراتب؟",
    "hebrew with a mark": "אני לומד C++\u200e עכשיו",
    "hebrew around an isolate": "אני לומד \u2066C++ (17)\u2069 עכשיו",
    "arabic sign of a number": "\u0600\u0661\u0662",
    "khmer with spaces of no width": "ខ្ញុំ\u200bចង់\u200bសួរ",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ ᠤᠨ\u180eᠠ",
    "han with a selector": "葛\U000e0100飾区",
    "family": "👩\u200d👩\u200d👧\u200d👦",
    "profession with a skin": "👩🏽\u200d💻",
    "heart in colour": "❤\ufe0f\u200d🔥",
    "keycap": "1\ufe0f\u20e3",
    "rainbow flag": "🏳\ufe0f\u200d🌈",
    "flag of a country": "🇺🇦",
    "flag of a region": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "han": "我应该接受还价吗？",
    "blank of a typographer": "Vraiment\u00a0?",
}


@pytest.mark.parametrize(("typed", "cleaned"), CLEANED.values(), ids=CLEANED)
def test_what_does_nothing_is_cleaned_away(typed, cleaned):
    assert clean_text(typed) == cleaned


@pytest.mark.parametrize("text", ["", " \n", "\u3164", "\u2800 \u2800", "\u115f\u1160", "\u034f"], ids=ascii)
def test_what_shows_nothing_is_known(text):
    assert shows_nothing(text)
    assert not shows_nothing(f"{text}x")


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_is_needed_stays(text):
    assert clean_text(text) == text
    assert validate_plain_text(text) is None


# Half of it from those characters that something has to be decided about.
unusual = st.sampled_from(
    [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in {"Cc", "Cf", "Zl", "Zp"}]
    + list("\ufe0f\ufe0e\U000e0100\uf0b7\uf0e0\u3164\u2800\u034f\U0001f3f4\ud800\uffff")
)
anything = st.characters(categories=None) | unusual | st.sampled_from("a א ا क 葛 👩 1 \n")
texts = st.lists(anything, max_size=60).map("".join)


@given(texts)
@example("\u200b\u200d")
@example("क\u200b\u200d\ufe0f\u200d")
def test_cleaned_text_is_clean_shorter_and_taken(text):
    cleaned = clean_text(text)

    assert clean_text(cleaned) == cleaned
    assert len(cleaned) <= len(text)
    assert set("\r\v\f\x85\u2028\u2029").isdisjoint(cleaned)
    if set(OVERRIDES).isdisjoint(text):
        assert validate_plain_text(cleaned) is None


@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u2800\u3164\u115f\u1160\uffa0"))
)
def test_what_people_see_is_never_touched(text):
    assert clean_text(text) == text


@given(texts, texts, st.sampled_from(OVERRIDES))
def test_text_that_runs_backwards_is_refused_wherever_it_stands(before, after, override):
    with pytest.raises(ValidationError) as refused:
        validate_plain_text(clean_text(f"{before}x{override}y{after}"))

    assert refused.value.code == "invisible"


def test_a_refusal_says_where():
    with pytest.raises(ValidationError) as refused:
        validate_plain_text("My invoice\nis in exe\u202efdp.")
    with pytest.raises(ValidationError) as at_once:
        validate_plain_text("\u202etxet")

    assert refused.value.params == {"before": "My invoice is in exe"}
    assert "“My invoice is in exe”" in refused.value.messages[0]
    assert "at the beginning" in at_once.value.messages[0]


def test_one_line_has_no_breaks_and_no_runs_of_blanks():
    assert one_line(" Engineering\vdirector\t \u200b\n of  \ufefftwo ") == "Engineering director of two"
