"""QR codes as SVG."""

import re

from django.utils.safestring import SafeString
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

# White around the code, in its own squares: readers need four.
MARGIN = 4


def draw_code(text: str) -> SafeString:
    """A QR code as SVG. What it holds stands beside it in words, so screen readers pass over it."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    rows = (row_path(y, "".join("1" if code.isDark(y, x) else "0" for x in range(size))) for y in range(size))
    side = size + 2 * MARGIN
    # Safe: numbers only.
    return SafeString(
        f'<svg class="qr" viewBox="0 0 {side} {side}" aria-hidden="true" focusable="false">'
        f'<path d="{"".join(rows)}"/></svg>'
    )


def row_path(y: int, squares: str) -> str:
    """The dark runs of a row, each as a rectangle."""
    runs = ((run.start() + MARGIN, run.end() - run.start()) for run in re.finditer("1+", squares))
    return "".join(f"M{x} {y + MARGIN}h{length}v1h-{length}z" for x, length in runs)
