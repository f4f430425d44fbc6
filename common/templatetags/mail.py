"""The pieces of a mail, each as HTML or as text after the layout that is being filled (see `common.mail`)."""

from collections.abc import Iterable

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


def is_html(context: Context) -> bool:
    return str(context["layout"]).endswith(".html")


def join_lines(content: str) -> str:
    """One line: a template's own line breaks mean nothing."""
    return " ".join(content.split())


def mark_plain(text: str) -> SafeString:
    """Text for the plain version of a mail, where nothing is markup and nothing must be escaped."""
    return mark_safe(text)  # noqa: S308 - never part of HTML


def break_lines(lines: Iterable[str]) -> str:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))


def render_piece(context: Context, content: str, tag: str, css: str) -> str:
    if is_html(context):
        return format_html('<{0} class="{1}">{2}</{0}>', tag, css, mark_safe(join_lines(content)))  # noqa: S308 - already escaped
    return mark_plain(join_lines(content) + "\n\n")


@register.simple_block_tag(takes_context=True)
def lead(context: Context, content: str) -> str:
    """The line above the title: what has happened."""
    return render_piece(context, content, "p", "lead")


@register.simple_tag(takes_context=True)
def title(context: Context, first: str, second: str = "") -> str:
    """The fact itself, in one line or two: the day and the time."""
    lines = [line for line in (first, second) if line]
    if not is_html(context):
        return mark_plain("\n".join(lines) + "\n\n")
    return format_html('<h1 class="title">{}</h1>', break_lines(lines))


@register.simple_block_tag(takes_context=True)
def note(context: Context, content: str) -> str:
    return render_piece(context, content, "p", "note")


@register.simple_block_tag(takes_context=True)
def paragraph(context: Context, content: str) -> str:
    return render_piece(context, content, "p", "ink")


@register.simple_block_tag(takes_context=True)
def aside(context: Context, content: str) -> str:
    """What else can be done, below a line."""
    return render_piece(context, content, "p", "ink2 rule")


@register.simple_tag(takes_context=True)
def quote(context: Context, label: str, words: str) -> str:
    """Someone's own words; their line breaks stay."""
    if not is_html(context):
        return mark_plain(f"{label}:\n“{words.strip()}”\n\n")
    lines = break_lines(words.strip().splitlines())
    return format_html('<p class="ink2 label">{}</p><p class="ink q">{}</p>', label, lines)


@register.simple_tag(takes_context=True)
def listing(context: Context, label: str, lines: Iterable[object]) -> str:
    """Short facts of one kind, each on a line of its own."""
    texts = [str(line) for line in lines]
    if not is_html(context):
        return mark_plain(f"{label}:\n" + "".join(f"- {text}\n" for text in texts) + "\n")
    return format_html('<p class="ink2 label">{}</p><p class="ink">{}</p>', label, break_lines(texts))


@register.simple_tag(takes_context=True)
def literal(context: Context, label: str, text: str) -> str:
    """What its reader copies as it stands: a command, a key."""
    if not is_html(context):
        return mark_plain(f"{label}:\n{text}\n\n")
    return format_html('<p class="ink2 label">{}</p><p class="ink q"><code>{}</code></p>', label, text)


@register.simple_tag(takes_context=True)
def button(context: Context, url: str, label: str, look: str = "main") -> str:
    """`look` is `main`, or `choice` for one of several equal answers."""
    if not is_html(context):
        return mark_plain(f"{label}:\n{url}\n\n")
    return format_html(
        '<table role="presentation" cellpadding="0" cellspacing="0" width="100%"><tr>'
        '<td class="btn {}"><a href="{}">{}</a></td></tr></table>',
        look,
        url,
        label,
    )


@register.simple_tag(takes_context=True)
def link(context: Context, url: str, label: str) -> SafeString:
    """For the middle of a sentence, by way of `{% link url label as name %}`."""
    if not is_html(context):
        return mark_plain(f"{label} ({url})")
    return format_html('<a class="l" href="{}">{}</a>', url, label)
