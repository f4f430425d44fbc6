"""What files may come in: ending and content have to agree, whatever else the content also is."""

import zipfile
from io import BytesIO
from zlib import crc32

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from common import filetypes, packages
from common.filetypes import BY_NAME, clean_name, type_of
from sessions_app.conversation.uploads import read_upload
from tests.mentors.pictures import picture
from tests.sessions_app.helpers.documents import DOCX, ODP, ODT, PDF, PPTX, office, open_document, package

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
BOMB = package({"[Content_Types].xml": f'"{DOCX}.main+xml"'.encode(), "x": b"\0" * (50 * 1024 * 1024)})
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


PACKAGES = {
    "a.docx": (office(DOCX, x=b"x" * 9000), "x"),
    "a.pptx": (office(PPTX, x=b"x" * 9000), "x"),
    "a.odt": (open_document(ODT, x=b"x" * 9000), "x"),
    "a.odp": (open_document(ODP, x=b"x" * 9000), "x"),
}
# Where the numbers stand in a part's own header and in the list at the end, after the signature of each.
OWN, LISTED = {"crc": 14, "packed": 18, "size": 22, "method": 8, "flags": 6}, {"crc": 16, "packed": 20, "size": 24}


def forged(content: bytes, part: str, **numbers: int) -> bytes:
    """The package with other numbers in the headers of a part: `size_listed` in the list, `size` in its own."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        own = archive.getinfo(part).header_offset
    listed = content.rindex(part.encode()) - 46
    changed = bytearray(content)
    for name, number in numbers.items():
        what, _, where = name.partition("_")
        at = listed + LISTED[what] if where else own + OWN[what]
        size = 2 if what in ("method", "flags") else 4
        changed[at : at + size] = number.to_bytes(size, "little")
    return bytes(changed)


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize(
    "lies",
    [
        pytest.param({"size": 100}, id="its own header says less"),
        pytest.param({"size_listed": 100}, id="the list says less"),
        pytest.param({"size": 100, "size_listed": 100}, id="both say less"),
        pytest.param({"size": 100, "size_listed": 100, "crc": 0x97, "crc_listed": 0x97}, id="and another checksum"),
        pytest.param(
            {"size": 100, "size_listed": 100, "crc": crc32(b"x" * 100), "crc_listed": crc32(b"x" * 100)},
            id="and the checksum of so much",
        ),
        pytest.param({"size": 9001, "size_listed": 9001}, id="both say more"),
        pytest.param({"crc": 7, "crc_listed": 7}, id="a wrong checksum"),
        pytest.param({"packed": 3}, id="packed into less"),
        pytest.param({"packed": 3, "packed_listed": 3}, id="cut off"),
        pytest.param({"method": 0}, id="stored, it says"),
        pytest.param({"flags": 1}, id="encrypted, it says"),
    ],
)
def test_a_package_that_lies_about_a_part_is_refused(name, lies):
    content, part = PACKAGES[name]
    assert type_of(name, content)

    assert type_of(name, forged(content, part, **lies)) is None


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_unfolds_into_too_much_is_refused_before_it_has(name, monkeypatch):
    content, part = PACKAGES[name]
    huge = bytes(50 * 1024 * 1024)
    parts = parts_of(content) | {part: huge}
    # It says that it is small.
    bomb = forged(package(parts), part, size=9, size_listed=9)
    unpacked = []
    real = packages.inflate_pieces
    monkeypatch.setattr(
        packages, "inflate_pieces", lambda data: (unpacked.append(len(piece)) or piece for piece in real(data))
    )

    assert (type_of(name, bomb), type_of(name, package(parts))) == (None, None)
    # One piece of the liar; of the other no more than a document may hold, and the piece that was too much.
    assert sum(unpacked) <= packages.MAX_UNPACKED + 3 * packages.PIECE + 2 * len(content)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("zip64", [False, True])
def test_packages_as_programs_write_them_are_taken(streamed, zip64):
    """Sizes behind the part, as of a program that writes to a network, or in the extras."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return not streamed

        def tell(self):
            if streamed:
                raise OSError
            return super().tell()

    file = Pipe()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(office(DOCX)).items():
            with archive.open(name, "w", force_zip64=zip64) as part:
                part.write(content)

    assert type_of("cv.docx", file.getvalue()) == BY_NAME["docx"]


def test_the_list_of_a_package_is_not_read_if_it_is_endless():
    content = package({f"{number}": b"" for number in range(5001)} | parts_of(office(DOCX)))

    assert type_of("cv.docx", content) is None


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
            ("size", "a.pdf is 10.0\xa0MB. Choose a file of 10 MB or less."),
            id="large",
        ),
        pytest.param(
            "a.exe",
            b"MZ",
            (
                "type",
                "We can’t take a.exe. Save it as one of these kinds: PDF, PNG, JPEG, WebP, DOCX, PPTX, ODT, ODP, "
                "TXT, MD.",
            ),
            id="kind",
        ),
        pytest.param(
            "a.png",
            picture(format="PNG")[:60],
            ("unreadable", "We can’t read a.png. Save it again as JPEG or PNG."),
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
