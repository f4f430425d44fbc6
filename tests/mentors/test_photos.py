from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

from mentors.photos import MAX_BYTES, read_photo
from tests.mentors.pictures import picture, upload


def refusal(content: bytes, name="me.jpg") -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        read_photo(upload(content, name))
    return refused.value.code, refused.value.messages[0]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_read_photo_gives_two_square_webps(format):
    portraits = read_photo(upload(picture(format=format)))

    images = [Image.open(BytesIO(content)) for content in (portraits.portrait, portraits.thumbnail)]
    assert [(image.format, image.size) for image in images] == [("WEBP", (256, 256)), ("WEBP", (96, 96))]


def test_read_photo_keeps_no_metadata():
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"

    portraits = read_photo(upload(picture(exif=exif)))

    assert b"EXIF" not in portraits.portrait
    assert b"taken at home" not in portraits.portrait
    assert dict(Image.open(BytesIO(portraits.portrait)).getexif()) == {}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_read_photo_undoes_every_turn_that_a_camera_can_note(orientation):
    """Against Pillow's own way, which can't be used since it also writes the rest of the metadata back."""
    image = Image.new("RGB", (400, 400), "white")
    image.paste("black", (0, 0, 400, 120))
    image.paste("red", (0, 0, 120, 400))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    image.save(file, "PNG", exif=exif)

    shown = Image.open(BytesIO(read_photo(upload(file.getvalue())).portrait)).convert("RGB")

    upright = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    corners = [(20, 20), (380, 20), (20, 380), (380, 380)]
    seen = [tuple(round(value / 255) for value in shown.getpixel((x * 256 // 400, y * 256 // 400))) for x, y in corners]
    assert seen == [tuple(round(value / 255) for value in upright.getpixel(corner)) for corner in corners]


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0MM\0*",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\x01\x12",
        b"Exif\0\0nonsense" * 20,
        # an orientation that is a word, and one that is a thousand
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x04up!\0\0\0\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\x03\xe8\0\0\0\0\0\0",
    ],
    ids=["cut off", "says more than it has", "nonsense", "a word", "a thousand"],
)
def test_read_photo_survives_what_cameras_write(exif):
    portrait = read_photo(upload(picture(exif=exif))).portrait

    assert Image.open(BytesIO(portrait)).size == (256, 256)


def test_read_photo_turns_it_upright():
    image = Image.new("RGB", (400, 400), "white")
    image.paste("black", (0, 0, 400, 200))  # the upper half
    exif = Image.Exif()
    exif[0x0112] = 3  # lies upside down
    file = BytesIO()
    image.save(file, "JPEG", exif=exif)

    result = Image.open(BytesIO(read_photo(upload(file.getvalue())).portrait)).convert("L")

    assert result.getpixel((128, 20)) > 200
    assert result.getpixel((128, 236)) < 50


def test_read_photo_of_a_transparent_one_is_white_behind():
    portraits = read_photo(upload(picture(format="PNG", mode="RGBA", color=(0, 0, 0, 0))))

    assert Image.open(BytesIO(portraits.thumbnail)).getpixel((48, 48)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"%PDF-1.7 not a photo", "type", id="a PDF with another name"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "type", id="SVG"),
        pytest.param(picture(format="GIF"), "type", id="GIF"),
        pytest.param(picture((255, 900)), "small", id="a pixel too narrow"),
        pytest.param(picture((600, 600), color="red", quality=95)[:900], "unreadable", id="cut off"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "unreadable", id="only the magic"),
        pytest.param(b"", "type", id="empty"),
    ],
)
def test_read_photo_refuses(content, code):
    assert refusal(content)[0] == code


def test_read_photo_refuses_a_huge_file():
    assert refusal(picture() + b"\x00" * MAX_BYTES) == (
        "size",
        "me.jpg is 5.0\xa0MB. Choose a picture of 5 MB or less.",
    )


def test_read_photo_refuses_a_bomb_by_its_header():
    """Few bytes that would unfold into hundreds of megabytes."""
    assert refusal(picture((9000, 9000), format="PNG", mode="1", color=0))[0] == "pixels"


def test_a_webp_of_a_riff_that_is_sound_is_refused():
    assert refusal(b"RIFF\x00\x00\x00\x00WAVEfmt ")[0] == "type"
