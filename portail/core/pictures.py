"""Pictures sent by people, drawn again: nothing of the original file is kept but what is seen."""

from io import BytesIO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from portail.core.uploads import Upload

MOST_PIXELS = 40_000_000


def drawn_again(upload: Upload, *, side: int) -> ContentFile:
    """A PNG at most `side` pixels wide and high, under a name that tells nothing.

    Raises ValidationError when the file cannot be read as a picture, or would be too large once opened.
    """
    try:
        with Image.open(upload.file, formats=("JPEG", "PNG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(
                    _("Cette image est trop grande : réduisez-la à 4 000 pixels de côté."), code="pixels"
                )
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((side, side))
            content = BytesIO()
            small.convert("RGBA").save(content, "PNG", optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise ValidationError(
            _("Cette image ne peut pas être lue : enregistrez-la de nouveau en PNG ou en JPEG."),
            code="picture",
        ) from broken
    return ContentFile(content.getvalue(), name=f"{uuid4().hex}.png")
