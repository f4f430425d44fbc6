"""A certificate of hours on one page of A4.

The fonts are the house's own and go into the file. They know Latin, Greek and Cyrillic; a name in other letters is not
drawn as empty boxes: the page then sends its reader to the check page, and the file's title still has the name.
"""

import unicodedata
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path

from django.utils import dateformat
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from common.mail.rendering import absolute_url
from common.times import hours_and_minutes_text
from sessions_app.models import Certificate

REGULAR, BOLD = "SourceSerifPro-Regular", "SourceSerifPro-Bold"
WIDTH, HEIGHT = A4
MIDDLE, MARGIN = WIDTH / 2, 64
INK, MUTED, FACE, HAND = (HexColor(colour) for colour in ("#10292E", "#4A5F63", "#0B4F5C", "#FFB81C"))
TICKS, DIAL_RADIUS, DIAL_Y = 60, 62, HEIGHT - 190
SMALLEST = 7


@cache
def house_font(name: str) -> TTFont:
    path = Path(str(files("font_source_serif_pro"))) / "files" / f"{name}.ttf"
    font = TTFont(name, str(path))
    pdfmetrics.registerFont(font)
    return font


def can_draw(text: str, font: str = BOLD) -> bool:
    return all(ord(letter) in house_font(font).face.charToGlyph for letter in text)


def name_line(name: str) -> str:
    """The name if the fonts have its letters, else where to read it."""
    name = unicodedata.normalize("NFC", name)
    return name if can_draw(name) else _("The mentor named on the check page")


def certificate_pdf(certificate: Certificate) -> bytes:
    for font in (REGULAR, BOLD):
        house_font(font)
    content = BytesIO()
    canvas = Canvas(content, pagesize=A4, lang=get_language() or "en")
    canvas.setTitle(f"{title_text(certificate)}: {certificate.name}")
    canvas.setAuthor(certificate.organisation)
    canvas.setSubject(given_text(certificate))
    canvas.setCreator(certificate.organisation)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    draw_dial(canvas, certificate.minutes)
    draw_words(canvas, certificate)
    draw_check(canvas, certificate)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


def draw_words(canvas: Canvas, certificate: Certificate) -> None:
    organisation = certificate.organisation if can_draw(certificate.organisation) else ""
    draw_line(canvas, organisation, HEIGHT - 92, BOLD, 14, MUTED)
    draw_line(canvas, title_text(certificate), HEIGHT - 318, BOLD, 32, INK)
    draw_line(canvas, name_line(certificate.name), HEIGHT - 384, BOLD, 25, FACE)
    draw_line(canvas, _("gave, as a mentor,"), HEIGHT - 424, REGULAR, 14, INK)
    draw_line(canvas, given_text(certificate), HEIGHT - 458, BOLD, 19, INK)
    draw_line(canvas, period_text(certificate), HEIGHT - 490, REGULAR, 14, INK)


def draw_check(canvas: Canvas, certificate: Certificate) -> None:
    address = absolute_url("certificate_check", certificate.code)
    issued = _("Issued on %(day)s") % {
        "day": day_text(certificate.issued_at.astimezone(certificate.person.zone).date())
    }
    draw_line(canvas, issued, 150, REGULAR, 11, MUTED)
    draw_line(canvas, _("Code: %(code)s") % {"code": certificate.code}, 122, BOLD, 13, INK)
    width = draw_line(canvas, address, 100, REGULAR, 11, FACE)
    canvas.linkURL(address, (MIDDLE - width / 2, 94, MIDDLE + width / 2, 114))
    draw_line(canvas, _("The page at this address says whether this certificate is genuine."), 80, REGULAR, 10, MUTED)


def draw_line(canvas: Canvas, text: str, y: float, font: str, size: float, colour: Color) -> float:
    """Draw one centred line, made smaller until it fits. Returns its width."""
    room = WIDTH - 2 * MARGIN
    wide = pdfmetrics.stringWidth(text, font, size)
    size = max(SMALLEST, min(size, size * room / wide)) if wide else size
    canvas.setFont(font, size)
    canvas.setFillColor(colour)
    canvas.drawCentredString(MIDDLE, y, text)
    return pdfmetrics.stringWidth(text, font, size)


def draw_dial(canvas: Canvas, minutes: int) -> None:
    """Draw the hour as sixty ticks.

    The sector is the part of `minutes` beyond whole hours; none if there are no minutes.
    """
    part = minutes % TICKS or (TICKS if minutes else 0)
    canvas.setFillColor(FACE)
    if part == TICKS:
        canvas.circle(MIDDLE, DIAL_Y, DIAL_RADIUS * 0.62, stroke=0, fill=1)
    elif part:
        inner = DIAL_RADIUS * 0.62
        canvas.wedge(MIDDLE - inner, DIAL_Y - inner, MIDDLE + inner, DIAL_Y + inner, 90, -6 * part, stroke=0, fill=1)
    canvas.setLineCap(1)
    for tick in range(TICKS):
        long = tick % 5 == 0
        canvas.setStrokeColor(FACE)
        canvas.setLineWidth(1.8 if long else 0.9)
        canvas.line(*dial_point(tick, DIAL_RADIUS * (0.82 if long else 0.88)), *dial_point(tick, DIAL_RADIUS))
    canvas.setStrokeColor(HAND)
    canvas.setLineWidth(4)
    canvas.line(MIDDLE, DIAL_Y, *dial_point(part, DIAL_RADIUS * 0.8))


def dial_point(minute: float, radius: float) -> tuple[float, float]:
    angle = pi / 2 - minute * 2 * pi / TICKS
    return MIDDLE + radius * cos(angle), DIAL_Y + radius * sin(angle)


def title_text(certificate: Certificate) -> str:
    """The title. Answers in writing alone make no hours."""
    return _("Certificate of hours") if certificate.minutes else _("Certificate of mentoring")


def given_text(certificate: Certificate) -> str:
    """`12 hours 25 minutes in 31 sessions and 4 answers in writing`, or one of the two."""
    sessions = ngettext("%(n)d session", "%(n)d sessions", certificate.sessions) % {"n": certificate.sessions}
    met = _("%(time)s in %(sessions)s") % {"time": hours_and_minutes_text(certificate.minutes), "sessions": sessions}
    answers = ngettext("%(n)d answer in writing", "%(n)d answers in writing", certificate.answers)
    written = answers % {"n": certificate.answers}
    if not certificate.answers:
        return met
    return _("%(met)s and %(written)s") % {"met": met, "written": written} if certificate.sessions else written


def period_text(certificate: Certificate) -> str:
    days = {"first": day_text(certificate.first_day), "last": day_text(certificate.last_day)}
    return _("between %(first)s and %(last)s") % days


def day_text(day: date) -> str:
    return dateformat.format(day, "j F Y")
