import pytest
from django.utils.translation import override

from mentors.languages import LANGUAGES, NAMES, Language, describe_language, language_choices


@pytest.mark.parametrize(
    ("reader", "code", "name", "own"),
    [
        ("en", "de", "German", "Deutsch"),
        ("en", "ta", "Tamil", "தமிழ்"),
        ("en", "tl", "Tagalog", ""),
        ("en-gb", "no", "Norwegian", "Norsk"),
        ("de", "de", "Deutsch", ""),
        ("de", "fr", "Französisch", "Français"),
        ("pt-br", "ja", "Japonês", "日本語"),
    ],
)
def test_language_is_named_for_its_reader_and_in_itself(reader, code, name, own, two_languages):
    with override(reader):
        assert describe_language(code) == Language(code, name, own)


def test_language_without_another_name_of_its_own_is_named_once():
    assert [str(describe_language(code)) for code in ("en", "de")] == ["English", "German · Deutsch"]


def test_language_that_nobody_knows_keeps_its_code():
    assert str(describe_language("qqq")) == "qqq"


def test_choices_are_all_languages_in_the_reader_s_alphabet():
    choices = language_choices()
    names = [label.partition(" · ")[0] for _code, label in choices]

    assert {code for code, _label in choices} == set(NAMES)
    assert len(choices) == len(LANGUAGES)
    assert names == sorted(names)
