"""Files as the programs write them, as far as anybody looks at them here."""

import zipfile
from io import BytesIO

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OFFICE}wordprocessingml.document"
PPTX = f"{OFFICE}presentationml.presentation"
ODT, ODP = "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.presentation"
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def package(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(name, content, compress_type=kind)
    return file.getvalue()


def office(main: str, more: bytes = b"", **parts: bytes) -> bytes:
    types = b'<Types><Override PartName="/x.xml" ContentType="%s.main+xml"/>%s</Types>' % (main.encode(), more)
    return package({"[Content_Types].xml": types, "x.xml": b"<x/>", **parts})


def open_document(mimetype: str, **parts: bytes) -> bytes:
    return package({"mimetype": mimetype.encode(), "content.xml": b"<office/>", **parts})
