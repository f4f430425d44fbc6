"""The tags for texts say the same as Django's own, which stand in for them where there are several languages."""

import pytest
from django.template import Context, Engine, TemplateSyntaxError

from common.templatetags import i18n

TEXTS = [
    '{% translate "Fifty % of <b>it</b>" %}',
    '{% translate "A & B" as words %}[{{ words }}]',
    "{% translate name %}",
    '{% translate "said"|upper %}',
    '{% translate "May" context "month" %}',
    "{% translate 'raw' noop %}",
    "{% blocktranslate %}Plain, 100 % sure{% endblocktranslate %}",
    "{% blocktranslate trimmed %}\n  two\n  lines\n{% endblocktranslate %}",
    "{% blocktranslate asvar words %}kept{% endblocktranslate %}[{{ words }}]",
    "{% blocktranslate with who=person.name %}With {{ who }}, 5 %{% endblocktranslate %}[{{ who }}]",
    "{% blocktranslate trimmed with who=name|upper %}\n  With {{ who }}\n  and {{ name }}.\n{% endblocktranslate %}",
    "{% blocktranslate with who=person.name asvar words %}With {{ who }}{% endblocktranslate %}[{{ words }}]",
    "{% blocktranslate %}{{ missing }} and {{ number }}{% endblocktranslate %}",
    "{% blocktranslate count n=number %}one{% plural %}{{ n }} of {{ name }}{% endblocktranslate %}",
    "{% blocktranslate count n=single %}one, 5 %{% plural %}{{ n }}{% endblocktranslate %}[{{ n }}]",
    "{% blocktranslate count n=none with who=name asvar words %}one{% plural %}{{ n }} {{ who }}{% endblocktranslate %}"
    "[{{ words }}]",
    "{% autoescape off %}{% blocktranslate %}{{ name }}{% endblocktranslate %}{% endautoescape %}",
    "{% trans 'short' %}{% blocktrans %}{{ name }}{% endblocktrans %}",
]
VALUES = {"name": "<i>A & B</i>", "person": {"name": "Zoë <3"}, "number": 3, "single": 1, "none": 0}


def draw(text: str, library: str) -> str:
    engine = Engine(libraries={"i18n": library})
    return engine.from_string("{% load i18n %}" + text).render(Context(VALUES))


@pytest.mark.parametrize("text", TEXTS)
def test_one_language_reads_as_with_djangos_tags(text):
    assert draw(text, i18n.__name__) == draw(text, "django.templatetags.i18n")


@pytest.mark.parametrize("text", TEXTS)
def test_several_languages_are_left_to_django(text, settings):
    settings.USE_I18N = True
    assert draw(text, i18n.__name__) == draw(text, "django.templatetags.i18n")


@pytest.mark.parametrize("library", [i18n.__name__, "django.templatetags.i18n"])
def test_what_is_counted_has_to_be_a_number(library):
    with pytest.raises(TemplateSyntaxError):
        draw("{% blocktranslate count n=name %}one{% plural %}many{% endblocktranslate %}", library)


def test_a_constant_is_put_together_when_the_template_is_read(settings):
    engine = Engine(libraries={"i18n": i18n.__name__})
    source = "{% load i18n %}{% translate 'one' %}{% blocktranslate %}two{% endblocktranslate %}"
    kinds = [type(node).__name__ for node in engine.from_string(source).nodelist]

    assert kinds == ["LoadNode", "TextNode", "TextNode"]
