"""Django's tags for texts, without what they do for nothing where a site has one language.

Then the text of a template is the text of the page: it is put together once, when the template is read, not looked up
for each page. A page has hundreds. With a second language (`USE_I18N`) Django's own tags are used.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.template import Context, Library, TemplateSyntaxError
from django.template.base import FilterExpression, Node, Parser, TextNode, Token, render_value_in_context
from django.templatetags import i18n
from django.utils.safestring import SafeString

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)

# Where a message of `blocktranslate` has a value, and the sign that it writes twice.
VALUE = re.compile(r"%\((\w+)\)s")


class NamedTextNode(Node):
    """A constant text under a name (`… as name`)."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, SafeString(text)

    def render(self, context: Context) -> SafeString:
        context[self.name] = self.text
        return SafeString("")


# `pieces`: the text before each of the `values`, and what follows the last.
class TextPattern(NamedTuple):
    pieces: Sequence[str]
    values: Sequence[str]

    # `own`: what only this text has under a name.
    def fill_in(self, own: Mapping[str, Any], context: Context) -> str:
        filled = [self.pieces[0]]
        for name, piece in zip(self.values, self.pieces[1:], strict=True):
            value = own[name] if name in own else context.get(name, "")
            filled += (render_value_in_context(value, context), piece)
        return "".join(filled)


class FilledTextNode(Node):
    """A text with values. `plural` is for all numbers but one; the number is the value named `counter`."""

    def __init__(
        self,
        pattern: TextPattern,
        extra: dict[str, FilterExpression],
        name: str | None,
        *,
        plural: TextPattern | None = None,
        counter: str = "",
    ) -> None:
        self.pattern, self.extra, self.name = pattern, extra, name
        self.plural, self.counter = plural, counter

    def render(self, context: Context) -> SafeString:
        own = {name: value.resolve(context) for name, value in self.extra.items()}
        pattern = self.pattern if self.plural is None or read_count(own, self.counter) == 1 else self.plural
        text = SafeString(pattern.fill_in(own, context))
        if self.name:
            context[self.name] = text
            return SafeString("")
        return text


def read_count(own: Mapping[str, Any], name: str) -> float | Decimal:
    number = own[name]
    if not isinstance(number, Decimal | float | int):
        raise TemplateSyntaxError(f"{name} is not a number: {number!r}")
    return number


def translate(parser: Parser, token: Token) -> Node:
    node: Any = i18n.do_translate(parser, token)
    expression = node.filter_expression
    is_constant = getattr(expression.var, "lookups", ()) is None and not expression.filters
    if settings.USE_I18N or node.message_context or not is_constant:
        return node
    text = expression.var.literal
    return NamedTextNode(node.asvar, text) if node.asvar else TextNode(text)


def block_translate(parser: Parser, token: Token) -> Node:
    node: Any = i18n.do_block_translate(parser, token)
    if settings.USE_I18N or node.message_context:
        return node
    message, _values = node.render_token_list(node.singular)
    singular = read_pattern(message)
    if node.plural:
        plural, _values = node.render_token_list(node.plural)
        extra = {**node.extra_context, node.countervar: node.counter}
        return FilledTextNode(singular, extra, node.asvar, plural=read_pattern(plural), counter=node.countervar)
    if node.extra_context or singular.values:
        return FilledTextNode(singular, node.extra_context, node.asvar)
    text = singular.pieces[0]
    return NamedTextNode(node.asvar, text) if node.asvar else TextNode(text)


# The message is as `gettext` has it, with values as %(name)s.
def read_pattern(message: str) -> TextPattern:
    pieces = [piece.replace("%%", "%") for piece in VALUE.split(message)[::2]]
    return TextPattern(pieces, VALUE.findall(message))


for name, compile_tag in {
    "translate": translate,
    "trans": translate,
    "blocktranslate": block_translate,
    "blocktrans": block_translate,
}.items():
    register.tag(name, compile_tag)
