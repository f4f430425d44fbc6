"""Photos as cameras and programs write them."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(size=(400, 300), format="JPEG", color="teal", mode="RGB", **options) -> bytes:
    file = BytesIO()
    Image.new(mode, size, color).save(file, format, **options)
    return file.getvalue()


def upload(content: bytes, name="me.jpg", content_type="image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)
