"""Draws shapes on a square: paths as SVG writes them, filled or stroked."""

from io import BytesIO

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from PIL import Image, ImageDraw

from .features import Features, portrait_data

# Twice the larger of the sizes that are kept, so that edges come out smooth
PIXELS = 512
# The part of the paths' square of 96 units that is shown, so that faces are large enough for the small sizes.
LEFT, TOP, SHOWN = 6, 6, 84
SCALE = PIXELS / SHOWN
STEPS = 12
Point = tuple[float, float]


def draw_picture(features: Features) -> bytes:
    """The portrait as a PNG file."""
    image = Image.new("RGB", (PIXELS, PIXELS), features.colours["ground"])
    canvas = ImageDraw.Draw(image)
    for name in features.shapes:
        for colour, path, *stroke in portrait_data()["shapes"][name]:
            for outline in trace_outlines(path):
                if stroke:
                    _draw_line(canvas, outline, features.colours[colour], stroke[0] * SCALE)
                else:
                    canvas.polygon(outline, fill=features.colours[colour])
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


def trace_outlines(path: str) -> list[list[Point]]:
    """The path's lines as points in pixels; its curves become short lines."""
    pen = RecordingPen()
    parse_path(path, pen)
    outlines: list[list[Point]] = []
    for step, points in pen.value:
        placed = [((x - LEFT) * SCALE, (y - TOP) * SCALE) for x, y in points]
        if step == "moveTo":
            outlines.append(placed)
        elif step == "curveTo":
            outlines[-1] += bend_curve(outlines[-1][-1], *placed)
        elif step == "closePath":
            outlines[-1].append(outlines[-1][0])
        else:
            outlines[-1] += placed
    return outlines


def bend_curve(start: Point, first: Point, second: Point, end: Point) -> list[Point]:
    """Points on a cubic Bézier curve, without its start."""
    points = []
    for step in range(1, STEPS + 1):
        at, rest = step / STEPS, 1 - step / STEPS
        shares = (rest**3, 3 * rest**2 * at, 3 * rest * at**2, at**3)
        weighted = list(zip(shares, (start, first, second, end), strict=True))
        points.append((sum(share * x for share, (x, _y) in weighted), sum(share * y for share, (_x, y) in weighted)))
    return points


def _draw_line(canvas: ImageDraw.ImageDraw, outline: list[Point], colour: str, width: float) -> None:
    """A line with round ends, which Pillow's own doesn't have."""
    canvas.line(outline, fill=colour, width=round(width), joint="curve")
    for x, y in (outline[0], outline[-1]):
        canvas.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)
