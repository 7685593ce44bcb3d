"""A picture is drawn again: smaller, upright, without what it carried; what is no picture is refused in words."""

import warnings
from io import BytesIO

import pillow_heif
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portail.core.pictures import drawn_again, page_of
from portail.core.uploads import PICTURES, PROOFS, examine


def upload(name: str, kind: str, size=(900, 300), **options):
    content = BytesIO()
    Image.new("RGB", size, "#1f6f54").save(content, kind, **options)
    return examine(SimpleUploadedFile(name, content.getvalue()), PICTURES)


@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP")])
def test_it_is_made_smaller_and_a_png(name, kind):
    drawn = drawn_again(upload(name, kind), side=300)
    with Image.open(drawn) as picture:
        assert (picture.format, picture.size) == ("PNG", (300, 100))
    assert drawn.name.partition(".")[0] != "a"


def test_what_the_file_carried_is_left_behind_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x013B] = "Maurice Democivil"
    drawn = drawn_again(upload("a.jpg", "JPEG", exif=exif), side=300)
    with Image.open(drawn) as picture:
        assert picture.size == (100, 300)
        assert dict(picture.getexif()) == {}
    assert b"Democivil" not in drawn.read()


def test_a_cut_picture_is_refused_in_words():
    whole = upload("a.png", "PNG").file
    whole.seek(0)
    cut = examine(SimpleUploadedFile("a.png", whole.read()[:200]), PICTURES)
    with pytest.raises(ValidationError, match="ne peut pas être lue"):
        drawn_again(cut, side=300)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_opened():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bomb = upload("a.png", "PNG", size=(9000, 9000))
    with pytest.raises(ValidationError, match="trop grande"):
        drawn_again(bomb, side=300)


def test_a_photo_of_a_telephone_becomes_a_jpeg_that_says_nothing_of_where_it_was_taken():
    pillow_heif.register_heif_opener()
    exif = Image.Exif()
    exif[0x013B] = "Maurice Democivil"
    content = BytesIO()
    Image.new("RGB", (3000, 1500), "white").save(content, "HEIF", exif=exif.tobytes())
    sent = examine(SimpleUploadedFile("IMG_0042.HEIC", content.getvalue()), PROOFS)
    page = page_of(sent)
    assert (page.name, page.content_type) == ("IMG_0042.jpg", "image/jpeg")
    with Image.open(page.file) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (2400, 1200), {})


def test_what_is_clear_in_a_picture_is_white_on_a_page():
    content = BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(content, "PNG")
    page = page_of(examine(SimpleUploadedFile("a.png", content.getvalue()), PROOFS))
    with Image.open(page.file) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


def test_a_pdf_stays_as_it_is():
    sent = examine(SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n"), PROOFS)
    assert page_of(sent) is sent
