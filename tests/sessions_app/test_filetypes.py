"""What files may come in: ending and content have to agree, whatever else the content also is."""

import zipfile
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from sessions_app import filetypes
from sessions_app.filetypes import BY_NAME, clean_name, type_of
from sessions_app.uploads import read_upload
from tests.mentors.test_photos import picture

from .documents import DOCX, ODP, ODT, PDF, PPTX, office, open_document, package

HONEST = {
    "offer.pdf": PDF,
    "shot.png": picture(format="PNG"),
    "shot.jpg": picture(),
    "shot.JPEG": picture(),
    "shot.webp": picture(format="WEBP"),
    "cv.docx": office(DOCX),
    "talk.pptx": office(PPTX),
    "cv.odt": open_document(ODT),
    "talk.odp": open_document(ODP),
    "notes.txt": "Grüße, €".encode(),
    "notes.md": b"\xef\xbb\xbf# Notes",
}
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
BOMB = package({"[Content_Types].xml": f'"{DOCX}.main+xml"'.encode(), "x": b"\0" * (210 * 1024 * 1024)})
OTHERS = {
    "no ending": ("offer", PDF),
    "unknown ending": ("offer.exe", PDF),
    "two endings": ("offer.pdf.exe", PDF),
    "svg": ("drawing.svg", SVG),
    "svg as png": ("drawing.png", SVG),
    "html as pdf": ("page.pdf", b"<html><script>alert(1)</script>"),
    "pdf later on": ("offer.pdf", b"\n%PDF-1.7"),
    "jpeg as png": ("shot.png", picture()),
    "gif": ("shot.gif", b"GIF89a"),
    "zip": ("files.zip", package({"a": b"a"})),
    "zip as docx": ("cv.docx", package({"a": b"a"})),
    "pptx as docx": ("cv.docx", office(PPTX)),
    "odt as docx": ("cv.docx", open_document(ODT)),
    "odt as odp": ("talk.odp", open_document(ODT)),
    "template as odt": ("cv.odt", open_document(f"{ODT}-template")),
    "macros": ("cv.docx", office(DOCX, b'<Default ContentType="application/vnd.ms-office.vbaProject"/>')),
    "old word": ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "pdf with a zip behind": ("offer.pdf", PDF + package({"a": b"a"})),
    "zip with a pdf inside its beginning": ("cv.docx", package({"%PDF-1.7": b""}) + office(DOCX)),
    "text with a zip behind": ("notes.txt", b"Hello\n" + package({"a": b"a"})),
    "text that is a pdf": ("notes.txt", PDF),
    "text with nul": ("notes.txt", b"a\0b"),
    "text in latin-1": ("notes.txt", "Grüße".encode("latin-1")),
    "cut zip": ("cv.docx", office(DOCX)[:-30]),
    "a zip that grows": ("cv.docx", BOMB),
    "nothing": ("notes.txt", b""),
}


@pytest.mark.parametrize("name", HONEST)
def test_type_of_an_honest_file(name):
    assert type_of(name, HONEST[name]) == filetypes.BY_ENDING[name.partition(".")[2].lower()]


@pytest.mark.parametrize("case", OTHERS)
def test_type_of_anything_else_is_none(case):
    assert type_of(*OTHERS[case]) is None


def test_bytes_that_count_for_many_parts_are_refused():
    """The way of small files that unfold into huge ones: parts that overlap."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'"{DOCX}.main+xml"')
        archive.writestr("x", b"x" * 1000)
        archive.filelist += [archive.getinfo("x")] * 200

    assert type_of("cv.docx", file.getvalue()) is None


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/offer.pdf", "offer.pdf"),
        ("C:\\Users\\me\\offer.pdf", "offer.pdf"),
        ("...pdf", "file.pdf"),
        (".pdf", "file.pdf"),
        ("a\r\nb\0c.pdf", "a b c.pdf"),
        ("cv\u202efdp.pdf", "cvfdp.pdf"),
        ('<b>"x".pdf', "bx.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("Über uns.pdf", "Über uns.pdf"),
        ("=?utf-8?q?a=0D=0ABcc=3A_v=40x.example?=.pdf", "=utf-8qa=0D=0ABcc=3A_v=40x.example=.pdf"),
    ],
)
def test_clean_name_keeps_the_words_and_the_ending(sent, shown):
    assert clean_name(sent) == shown


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def refusal(name: str, content: bytes) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        read_upload(sent(name, content))
    return refused.value.code, refused.value.messages[0]


def test_read_upload_keeps_documents_as_they_are():
    kept = read_upload(sent("offer.pdf", PDF))

    assert (kept.name, kept.kind, kept.content, kept.preview) == ("offer.pdf", BY_NAME["pdf"], PDF, b"")


@pytest.mark.parametrize(("name", "format"), [("a.jpg", "JPEG"), ("a.png", "PNG"), ("a.webp", "WEBP")])
def test_read_upload_writes_pictures_anew_without_metadata_and_small(name, format):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6

    kept = read_upload(sent(name, picture((800, 400), format=format, exif=exif) + b"<script>alert(1)</script>"))

    assert [b"taken at home" in content or b"script" in content for content in (kept.content, kept.preview)] == [
        False
    ] * 2
    images = [Image.open(BytesIO(content)) for content in (kept.content, kept.preview)]
    assert [(image.format, image.size) for image in images] == [(format, (400, 800)), ("WEBP", (240, 480))]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.txt", b"", ("empty", "a.txt is empty. Choose another file."), id="empty"),
        pytest.param(
            "a.pdf",
            b"x" * (10 * 1024 * 1024 + 1),
            ("size", "a.pdf is 10.0\xa0MB. Files must be 10 MB or less."),
            id="large",
        ),
        pytest.param(
            "a.exe",
            b"MZ",
            (
                "type",
                "a.exe is not a file of these kinds: PDF, PNG, JPEG, WebP, DOCX, PPTX, ODT, ODP, TXT, MD. "
                "Save it as one of them, or as PDF.",
            ),
            id="kind",
        ),
        pytest.param(
            "a.png",
            picture(format="PNG")[:60],
            ("unreadable", "a.png cannot be read. Save it again as JPEG or PNG."),
            id="broken",
        ),
        pytest.param(
            "a.png",
            picture((8000, 7000), format="PNG", mode="1", color=1),
            ("pixels", "a.png has too many pixels. Save it smaller and try again."),
            id="pixels",
        ),
    ],
)
def test_read_upload_says_what_is_wrong(name, content, said):
    assert refusal(name, content) == said
