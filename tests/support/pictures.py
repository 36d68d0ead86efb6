"""Pictures as cameras make them, with all that a camera writes beside the pixels."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

TAKEN = "2026:10:01 09:30:15"
PLACE = (120.4691, 36.1075)
SECRETS = (b"SECRET-SERIAL", b"SECRET-NOTE", b"SECRET-XMP", b"SECRET-COMMENT", b"SECRET-THUMB")
XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET-XMP</x:xmpmeta>"


def scene(width: int = 640, height: int = 480, *, shade: int = 0) -> Image.Image:
    """Left half red, right half blue, a green stripe on top: turning and cutting shows."""
    picture = Image.new("RGB", (width, height), (200 - shade, 30, 30))
    picture.paste((30, 30, 200 - shade), (width // 2, 0, width, height))
    picture.paste((30, 200 - shade, 30), (0, 0, width, height // 8))
    return picture


def exif_of(
    *,
    orientation: int = 1,
    position: tuple[float, float] | None = PLACE,
    offset: str | None = "+08:00",
    datum: str = "WGS-84",
) -> Image.Exif:
    """What a phone writes: time, position, orientation, serial number, notes of the maker."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    details = exif.get_ifd(0x8769)
    details[0x9003] = TAKEN
    if offset:
        details[0x9011] = offset
    details[0xA431] = "SECRET-SERIAL"
    details[0x927C] = b"SECRET-NOTE"
    if position is not None:
        lon, lat = position
        gps = exif.get_ifd(0x8825)
        gps[1], gps[3] = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
        gps[2], gps[4] = _dms(abs(lat)), _dms(abs(lon))
        gps[18] = datum
    return exif


def _dms(degrees: float) -> tuple[float, float, float]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    return float(whole), float(minutes), round((degrees - whole - minutes / 60) * 3600, 4)


def jpeg(picture: Image.Image | None = None, *, exif: Image.Exif | None = None) -> bytes:
    """A JPEG with Exif, XMP, a comment, and something behind its end."""
    out = BytesIO()
    (picture or scene()).save(
        out, "JPEG", quality=90, exif=exif or exif_of(), comment=b"SECRET-COMMENT", xmp=XMP[29:]
    )
    return out.getvalue() + b"SECRET-THUMB"


def encoded(kind: str, picture: Image.Image | None = None, **options: object) -> bytes:
    """A picture in another format."""
    if kind == "HEIF":
        from pillow_heif import register_heif_opener

        register_heif_opener()
    out = BytesIO()
    (picture or scene()).save(out, kind, **options)
    return out.getvalue()


def pdf(text: str = "receipt") -> bytes:
    """The smallest PDF with one page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >> %" + text.encode(),
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % each for each in offsets)
    return body + b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table
