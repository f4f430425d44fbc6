"""The components that need a sum or a lookup; the plain ones are templates in `templates/components/`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from math import cos, pi, sin
from typing import Any
from uuid import uuid4

import lucide
from django import template
from django.core.paginator import Paginator
from django.forms import BaseForm, BoundField, IntegerField
from django.forms.formsets import BaseFormSet
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from common import times
from common.hashing import FORM_KEY
from common.mail.addresses import readable_address
from common.mail.typos import meant_address
from common.pages.coming_back import page_shown, with_next
from common.pages.seen import FIELD
from common.times import DAY_MINUTES

register = template.Library()
register.filter(readable_address)
register.filter(meant_address)

AVATAR_PIXELS = {"sm": 36, "": 48, "lg": 64, "xl": 128}
AVATAR_PAIRS = 4
# Of a day that is drawn: its height, how many kinds have a lane of their own, and how many colours there are for them
BAR_HEIGHT, MOST_LANES, HUES = 16, 4, 6
CELLS = {False: SafeString("<i></i>"), True: SafeString('<i class="on"></i>')}
NOTE_ICONS = {"": "info", "now": "clock", "warn": "triangle-alert", "danger": "circle-alert", "ok": "circle-check"}


@lru_cache(maxsize=256)
def icon_svg(name: str, flip: bool, extra: str) -> SafeString:
    classes = " ".join(part for part in ("i", "i--flip" if flip else "", extra) if part)
    attributes = {"class": classes, "stroke_width": "1.8", "aria_hidden": "true", "focusable": "false"}
    # Safe: the package's own drawing, with attributes that only our templates set.
    return SafeString(lucide._render_icon(name, 24, **attributes))


@register.simple_tag
def icon(name: str, flip: bool = False, css: str = "") -> SafeString:
    """A Lucide icon, always hidden from screen readers: the words beside it say the same."""
    return icon_svg(str(name), flip, str(css))


@register.inclusion_tag("components/dial.html")
def dial(
    length: int = 0, from_minute: int = 0, hand: int | None = None, css: str = "", donut: bool = False
) -> dict[str, Any]:
    """The hour as sixty ticks; the sector is `length` minutes from `from_minute`. A negative `hand` hides it."""
    hand = from_minute if hand is None else hand
    angle = (hand * 6 - 90) * pi / 180
    inner, outer = (50, 86) if donut else (0, 86)
    return {
        "css": css,
        "dash": f"{length} {60 - length}",
        "offset": -from_minute,
        "pie_radius": 64 if donut else 39,
        "pie_width": 28 if donut else 78,
        "hand": {
            "x1": f"{100 + inner * cos(angle):.1f}",
            "y1": f"{100 + inner * sin(angle):.1f}",
            "x2": f"{100 + outer * cos(angle):.1f}",
            "y2": f"{100 + outer * sin(angle):.1f}",
        }
        if hand >= 0
        else None,
    }


@register.simple_tag(takes_context=True)
def leading_back(context: Context, page: str) -> str:
    """The address of a page that leads back to this one; on that page itself, to where it leads back already."""
    request = context["request"]
    address = (context.get("next") or "/") if request.path == page else page_shown(request)
    return with_next(page, str(address))


@register.simple_block_tag
def one_line(content: str) -> SafeString:
    """What a block of the page says, for use in several places: by `{% one_line as name %}`.

    Already escaped, as it would be where it stands; quotes of the template itself would end an attribute.
    """
    return SafeString(" ".join(content.split()).replace('"', "&quot;"))


@register.simple_tag(takes_context=True)
def this_page(context: Context) -> str:
    """The address to come back to from a form that acts and leads back."""
    return page_shown(context["request"])


@register.simple_tag
def form_key() -> SafeString:
    """By which a form that is sent twice is recognised: `accounts/access/idempotency.py: make_once`."""
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_KEY, uuid4().hex)


@register.simple_tag
def dur(minutes: int) -> SafeString:
    """The length as a slice of the hour, before the words and never instead of them."""
    nearest = min(max(5 * round(minutes / 5), 5), 60)
    return format_html('<span class="dur dur--{}" aria-hidden="true"></span>', nearest)


@register.simple_tag
def duration(minutes: int) -> SafeString:
    """No template of its own: its last line break would stand as a space before a comma."""
    return format_html("{}{}", dur(minutes), _("%(minutes)s min") % {"minutes": minutes})


@register.simple_tag
def avatar(person: Any = None, photo: str = "", size: str = "", name: str = "", key: int | None = None) -> SafeString:
    """A photo, or initials on one of four tested colour pairs; mute, because the name stands beside it."""
    classes = f"avatar avatar--{size}" if size else "avatar"
    if photo:
        image = '<span class="{}"><img src="{}" alt="" width="{}" height="{}"></span>'
        return format_html(image, classes, photo, AVATAR_PIXELS[size], AVATAR_PIXELS[size])
    name = name or (person.display_name if person else "")
    key = key if key is not None else (person.pk if person else 0)
    pair = (key or 0) % AVATAR_PAIRS + 1
    return format_html('<span class="{} avatar--{}" aria-hidden="true">{}</span>', classes, pair, initials_of(name))


@register.filter("initials")
def initials_of(name: str) -> str:
    """The first letters of the first and the last word; a letter is a whole grapheme's base, never a byte."""
    words = [word for word in (part.lstrip("'’\"(-") for part in name.split()) if word]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper()


@register.simple_tag
def tag(kind: str, text: str, icon: str = "") -> SafeString:
    """A status: words with an icon, never colour alone."""
    symbol = icon_svg(icon, False, "") if icon else ""
    return format_html('<span class="tag{}">{}{}</span>', f" tag--{kind}" if kind else "", symbol, text)


@register.simple_block_tag
def note(content: str, kind: str = "", icon: str = "", role: str = "", focus: bool = False) -> SafeString:
    """A notice. `role="alert"` only where it answers what the reader just did; `focus` moves the focus to it."""
    attributes = [format_html(' role="{}"', role)] if role else []
    if focus:
        attributes.append(SafeString(' tabindex="-1" data-focus'))
    return format_html(
        '<div class="note{}"{}>{}<div>{}</div></div>',
        f" note--{kind}" if kind else "",
        SafeString("".join(attributes)),
        icon_svg(icon or NOTE_ICONS[kind], False, ""),
        content,
    )


@register.simple_block_tag
def blank(content: str, title: str = "", level: int = 3) -> SafeString:
    """An empty state: a blank dial, one sentence, one thing to do."""
    drawing = render_to_string("components/dial.html", dial(hand=-1))
    heading = format_html("<h{0}>{1}</h{0}>", level, title)
    return format_html('<div class="empty">{}{}{}</div>', SafeString(drawing), heading, content)


@register.simple_tag
def seen(mark: object, html_id: str = "") -> SafeString:
    """Goes into every form that acts on something that can change: see `common.seen`."""
    own = format_html(' id="{}"', html_id) if html_id else ""
    return format_html('<input type="hidden" name="{}" value="{}"{}>', FIELD, mark, own)


# The control of a field whose hint the page writes itself, below the id that Django gives to help texts
@register.filter("with_hint")
def draw_with_hint(field: BoundField) -> SafeString:
    described = " ".join(filter(None, [f"{field.auto_id}_helptext", field.aria_describedby]))
    return field.as_widget(attrs={"aria-describedby": described})


@register.simple_tag
def back(href: str, label: str) -> SafeString:
    return format_html('<a class="back" href="{}">{}{}</a>', href, icon_svg("chevron-left", True, ""), label)


@register.inclusion_tag("components/brand_mark.html")
def brand_mark() -> dict[str, Any]:
    return {}


@register.simple_tag
def font_preload(name: str) -> SafeString:
    """Nothing where the fonts have not been built: pages are whole without them."""
    try:
        href = static(f"fonts/{name}")
    except ValueError:
        return SafeString("")
    return format_html('<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>', href)


@register.inclusion_tag("components/daybar.html")
def daybar(spans: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """A day of 1440 minutes with the spans that are open."""
    return {"spans": [{"x": start, "width": end - start, "y": 0, "height": BAR_HEIGHT} for start, end in spans]}


@register.inclusion_tag("components/daybar.html")
def daybar_lanes(spans: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    """A day with spans of several kinds (start, end, kind from 0 on): each kind in a lane and a colour of its own."""
    kinds = sorted({kind for _start, _end, kind in spans})
    height = BAR_HEIGHT // min(len(kinds) or 1, MOST_LANES)
    return {
        "spans": [
            {
                "x": start,
                "width": end - start,
                "y": kinds.index(kind) % MOST_LANES * height,
                "height": height,
                "hue": f"hue--{kind % HUES}",
            }
            for start, end, kind in spans
        ]
    }


@register.inclusion_tag("components/swatch.html")
def swatch(kind: int) -> dict[str, Any]:
    """The colour that `daybar_lanes` gives to a kind, to stand beside its name."""
    return {"hue": f"hue--{kind % HUES}"}


@register.inclusion_tag("components/rail.html", takes_context=True)
def day_rail(context: Context) -> dict[str, Any]:
    """Today under the header: now, and the reader's sessions (`rail`: lists of two aware datetimes)."""
    zone = context.get("viewer_zone") or timezone.get_current_timezone_name()
    now = times.in_zone(context.get("now") or timezone.now(), zone)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    spans = [rail_span(start, end, zone, midnight) for start, end in context.get("rail") or []]
    return {"now": now.hour * 60 + now.minute, "spans": [span for span in spans if span["width"] > 0]}


def rail_span(start: datetime, end: datetime, zone: str, midnight: datetime) -> dict[str, int]:
    # Wall-clock arithmetic on purpose: the rail shows what a clock shows, on days with a change too.
    first, last = (wall_minutes(moment, zone, midnight) for moment in (start, end))
    return {"x": max(first, 0), "width": min(last, DAY_MINUTES) - max(first, 0)}


def wall_minutes(moment: datetime, zone: str, midnight: datetime) -> int:
    return (times.in_zone(moment, zone).replace(tzinfo=None) - midnight.replace(tzinfo=None)) // timedelta(minutes=1)


@lru_cache(maxsize=256)
def ribbon_column(letter: str, *free: bool) -> SafeString:
    return format_html("<span>{}{}{}{}</span>", *(CELLS[bool(part)] for part in free), letter)


@register.simple_tag
def ribbon(days: Sequence[tuple[str, bool, bool, bool]], label: str) -> SafeString:
    """Seven days × morning, afternoon, evening; `label` is the sentence that says the same."""
    columns = SafeString("".join(ribbon_column(*day) for day in days))
    frame = '<div class="ribbon" role="img" aria-label="{}">{}{}</div>'
    return format_html(frame, label, ribbon_legend(get_language() or ""), columns)


@lru_cache(maxsize=64)
def ribbon_legend(_language: str) -> SafeString:
    words = (_("Morning"), _("Afternoon"), _("Evening"))
    return format_html('<span aria-hidden="true"><b>{}</b><b>{}</b><b>{}</b></span>', *words)


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str = "") -> SafeString:
    """The `<option>`s of a long list: a loop in a template would take longer than finding what the page is about."""
    return _render_options(tuple((str(value), str(label)) for value, label in choices), str(chosen))


@lru_cache(maxsize=256)
def _render_options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (
                value,
                SafeString(" selected") if value == chosen else "",
                label,
            )
            for value, label in choices
        ),
    )


@register.inclusion_tag("components/bars.html")
def bars(caption: str, items: Sequence[tuple[str, float]], percent: bool = False) -> dict[str, Any]:
    """A bar chart with its numbers in a table for screen readers; the highest bar is marked.

    Shares in `percent` are drawn against the whole.
    """
    high = max((value for _, value in items), default=0)
    top = 100 if percent else high
    rows = [
        {
            "label": label,
            "value": gettext("{value}%").format(value=value) if percent else value,
            # 7.4 of the frame's 9 em: the rest is for the number above the bar.
            "height": f"{7.4 * value / top if top else 0:.2f}",
            "high": value == high > 0,
        }
        for label, value in items
    ]
    return {"caption": caption, "rows": rows}


@register.inclusion_tag("components/tile.html")
def tile(term: str, value: Any, note: str = "") -> dict[str, Any]:
    return {"term": term, "value": value, "note": note}


@register.inclusion_tag("components/error_summary.html")
def error_summary(*sources: "BaseForm | BaseFormSet[Any] | None") -> dict[str, Any]:
    """What has to be put right, each with a link to its field; nothing when nothing is wrong."""
    forms: list[BaseForm] = []
    general: list[str] = []
    for source in sources:
        if isinstance(source, BaseFormSet):
            forms += source.forms
            general += [str(text) for text in source.non_form_errors()] if source.is_bound else []
        elif source:
            forms.append(source)
    links = [link for form in forms if form.is_bound for link in error_links(form)]
    return {"links": [("", text) for text in general] + links}


def _summarise(field: BoundField, text: str) -> str:
    """An error as it reads away from its field: all numbers are refused in the same words."""
    is_limit = isinstance(field.field, IntegerField) and text in map(str, field.field.error_messages.values())
    return f"{field.label}: {text[:1].lower()}{text[1:]}" if is_limit else text


def error_links(form: BaseForm) -> list[tuple[str, str]]:
    general = [("", str(text)) for text in form.non_field_errors()]
    return general + [
        (getattr(field, "focus_id", field.id_for_label), _summarise(field, str(text)))
        for field in form
        if not field.is_hidden
        for text in field.errors
    ]


@register.inclusion_tag("components/form_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    return {"form": form}


@register.filter
def page_numbers(paginator: "Paginator[Any]", number: int) -> list[int]:
    """The pages to name: the ends and the neighbours, with 0 where some are left out."""
    numbers = paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
    return [page if isinstance(page, int) else 0 for page in numbers]
