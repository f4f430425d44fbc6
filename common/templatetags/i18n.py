"""Django's tags for texts, without what they do for nothing where a site has one language.

Then the text of a template is the text of the page: it is put together once, when the template is read, not looked up
for each page. A page has hundreds. With a second language (`USE_I18N`) Django's own tags are used.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template import Context, Library
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


class FilledTextNode(Node):
    """A text with values. `pieces`: the text before each of the `values`, and what follows the last."""

    def __init__(
        self, pieces: Sequence[str], values: Sequence[str], extra: dict[str, FilterExpression], name: str | None
    ) -> None:
        self.pieces, self.values, self.extra, self.name = pieces, values, extra, name

    def render(self, context: Context) -> SafeString:
        with context.push(**{name: value.resolve(context) for name, value in self.extra.items()}):
            filled = [self.pieces[0]]
            for value, piece in zip(self.values, self.pieces[1:], strict=True):
                filled += (render_value_in_context(context.get(value, ""), context), piece)
        text = SafeString("".join(filled))
        if self.name:
            context[self.name] = text
            return SafeString("")
        return text


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
    if settings.USE_I18N or node.message_context or node.plural:
        return node
    message, _values = node.render_token_list(node.singular)
    pieces, values = VALUE.split(message)[::2], VALUE.findall(message)
    pieces = [piece.replace("%%", "%") for piece in pieces]
    if node.extra_context or values:
        return FilledTextNode(pieces, values, node.extra_context, node.asvar)
    return NamedTextNode(node.asvar, pieces[0]) if node.asvar else TextNode(pieces[0])


for name, compile_tag in {
    "translate": translate,
    "trans": translate,
    "blocktranslate": block_translate,
    "blocktrans": block_translate,
}.items():
    register.tag(name, compile_tag)
