from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from mentors.photos import MAX_BYTES, read_photo


def picture(size=(400, 300), format="JPEG", color="teal", mode="RGB", **options) -> bytes:
    file = BytesIO()
    Image.new(mode, size, color).save(file, format, **options)
    return file.getvalue()


def upload(content: bytes, name="me.jpg", content_type="image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


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
    ("content", "code", "message"),
    [
        pytest.param(
            b"%PDF-1.7 not a photo", "type", "me.jpg is not a JPEG, PNG or WebP photo.", id="a PDF with another name"
        ),
        pytest.param(
            b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
            "type",
            "me.jpg is not a JPEG, PNG or WebP photo.",
            id="SVG",
        ),
        pytest.param(picture(format="GIF"), "type", "me.jpg is not a JPEG, PNG or WebP photo.", id="GIF"),
        pytest.param(
            picture((255, 900)),
            "small",
            "Your photo must be at least 256 pixels wide and high.",
            id="a pixel too narrow",
        ),
        pytest.param(
            picture((600, 600), color="red", quality=95)[:900],
            "unreadable",
            "me.jpg cannot be read. Save it again as JPEG or PNG.",
            id="cut off",
        ),
        pytest.param(
            b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
            "unreadable",
            "me.jpg cannot be read. Save it again as JPEG or PNG.",
            id="only the magic",
        ),
        pytest.param(b"", "type", "me.jpg is not a JPEG, PNG or WebP photo.", id="empty"),
    ],
)
def test_read_photo_refuses(content, code, message):
    assert refusal(content) == (code, message)


def test_read_photo_refuses_a_huge_file():
    assert refusal(picture() + b"\x00" * MAX_BYTES) == ("size", "me.jpg is 5.0\xa0MB. Photos must be 5 MB or less.")


def test_read_photo_refuses_a_bomb_by_its_header():
    """Few bytes that would unfold into hundreds of megabytes."""
    assert refusal(picture((9000, 9000), format="PNG", mode="1", color=0))[0] == "pixels"


def test_a_webp_of_a_riff_that_is_sound_is_refused():
    assert refusal(b"RIFF\x00\x00\x00\x00WAVEfmt ")[0] == "type"
