"""Pictures sent by people, drawn again: nothing of the original file is kept but what is seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from uuid import uuid4

import pillow_heif
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from portail.core.uploads import Upload

MOST_PIXELS = 40_000_000


PAGE_SIDE = 2_400
"""Pixels of the longer side of a photographed page: small print is still read."""


def drawn_again(upload: Upload, *, side: int) -> ContentFile:
    """A PNG at most `side` pixels wide and high, under a name that tells nothing.

    Raises ValidationError when the file cannot be read as a picture, or would be too large once opened.
    """
    content = BytesIO()
    with _opened(upload, side) as small:
        small.convert("RGBA").save(content, "PNG", optimize=True)
    return ContentFile(content.getvalue(), name=f"{uuid4().hex}.png")


def page_of(upload: Upload) -> Upload:
    """A photo of a page as a JPEG that any browser shows, upright, without the place and the telephone it tells of.

    A PDF stays as it is. Raises ValidationError as `drawn_again`.
    """
    if upload.content_type == "application/pdf":
        return upload
    content = BytesIO()
    with _opened(upload, PAGE_SIDE) as small:
        flat = Image.new("RGB", small.size, "white")
        flat.paste(small, mask=small.getchannel("A") if "A" in small.getbands() else None)
        flat.save(content, "JPEG", quality=82, optimize=True)
    name = f"{upload.name.rpartition('.')[0] or 'page'}.jpg"
    return Upload(ContentFile(content.getvalue(), name=name), name, "image/jpeg")


@contextmanager
def _opened(upload: Upload, side: int) -> Iterator[Image.Image]:
    """The picture upright and no larger than `side`. What is done inside is refused in words when it cannot be."""
    pillow_heif.register_heif_opener()
    try:
        upload.file.seek(0)
        with Image.open(upload.file, formats=("JPEG", "PNG", "WEBP", "HEIF")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(
                    _("Cette image est trop grande : réduisez-la à 4 000 pixels de côté."), code="pixels"
                )
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((side, side))
            yield small if small.mode in ("RGB", "RGBA") else small.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise ValidationError(
            _("Cette image ne peut pas être lue : enregistrez-la de nouveau en PNG ou en JPEG."),
            code="picture",
        ) from broken
