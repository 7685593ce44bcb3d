"""Files are what their bytes say, under names that hurt nobody."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from portail.core import uploads
from portail.families.models import FamilyDocument

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(kind: str) -> bytes:
    content = BytesIO()
    Image.new("RGB", (4, 4), "red").save(content, kind)
    return content.getvalue()


def archive(**parts: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, value in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), value)
    return content.getvalue()


def office(part: str, **more: bytes) -> bytes:
    return archive(**{"[Content_Types]_xml": b"<Types/>", part: b"<x/>", **more})


def opened(kind: str) -> bytes:
    return archive(mimetype=f"application/vnd.oasis.opendocument.{kind}".encode(), content_xml=b"<x/>")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("attestation.pdf", PDF, "application/pdf"),
        ("photo.JPEG", picture("JPEG"), "image/jpeg"),
        ("photo.png", picture("PNG"), "image/png"),
        ("photo.webp", picture("WEBP"), "image/webp"),
        ("lettre.odt", opened("text"), "application/vnd.oasis.opendocument.text"),
        ("liste.ods", opened("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
        ("lettre.docx", office("word__document_xml"), uploads.DOCUMENTS["docx"]),
        ("liste.xlsx", office("xl__workbook_xml"), uploads.DOCUMENTS["xlsx"]),
    ],
)
def test_what_is_accepted(name, content, kind):
    upload = uploads.examine(SimpleUploadedFile(name, content, "application/x-lie"))
    assert (upload.content_type, upload.size) == (kind, len(content))
    assert upload.file.read() == content


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("vide.pdf", b"", "empty"),
        ("programme.exe", b"MZ\x90\x00" * 30, "kind"),
        ("page.html", b"<html><script>alert(1)</script>", "kind"),
        ("image.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        ("sans-extension", PDF, "kind"),
        ("facture.pdf.exe", b"MZ\x90\x00" * 30, "kind"),
        ("facture.pdf", b"MZ\x90\x00" * 30, "content"),
        ("facture.pdf", b"<script>alert(1)</script>%PDF-1.7", "content"),
        ("photo.png", picture("JPEG"), "content"),
        ("photo.webp", b"RIFF\x24\x00\x00\x00WAVEfmt ", "content"),
        ("lettre.docx", office("xl__workbook_xml"), "content"),
        ("lettre.docx", archive(readme=b"x"), "content"),
        ("lettre.docx", b"PK\x03\x04" + b"\x00" * 60, "content"),
        ("lettre.docx", office("word__document_xml", word__vbaProject_bin=b"x"), "content"),
        ("lettre.odt", opened("spreadsheet"), "content"),
    ],
)
def test_what_is_refused_and_why(name, content, code):
    with pytest.raises(ValidationError) as refused:
        uploads.examine(SimpleUploadedFile(name, content, "application/pdf"))
    assert refused.value.code == code


@pytest.mark.parametrize(("limit", "told"), [(2048, "2 ko"), (3 * 1024 * 1024, "3 Mo")])
def test_a_file_too_large_is_told_the_limit(settings, limit, told):
    settings.UPLOAD_MAX_BYTES = limit
    with pytest.raises(ValidationError, match=f"dépasse {told}") as refused:
        uploads.examine(SimpleUploadedFile("a.pdf", PDF + b" " * limit))
    assert refused.value.code == "size"


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Agnès\\Attestation 2025.pdf", "Attestation 2025.pdf"),
        ("Cre\u0300che O'Neill ñ.pdf", "Crèche O'Neill ñ.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ('a"b\r\nX-Header: 1.pdf', "abX-Header 1.pdf"),
        ("....", "document"),
        (".pdf", "pdf"),
        ("é" * 500 + ".pdf", "é" * 108 + ".pdf"),
    ],
)
def test_names_are_cleaned(typed, clean):
    assert uploads.clean_name(typed) == clean


def test_the_disk_learns_no_name():
    upload = uploads.examine(SimpleUploadedFile("Martin Alice.pdf", PDF))
    assert "martin" not in upload.kept_name.lower()
    assert upload.kept_name.endswith(".pdf")


def test_a_file_is_taken_away_when_its_row_is_not_written():
    document = FamilyDocument()
    upload = uploads.examine(SimpleUploadedFile("a.pdf", PDF))
    seen = []

    def write_and_fail():
        with uploads.kept(document.file, upload):
            seen.append(Path(document.file.path))
            assert seen[0].read_bytes() == PDF
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert not seen[0].exists()


@pytest.mark.django_db  # closing a response looks at the connections
def test_a_download_is_saved_not_shown_and_a_lost_file_is_not_found():
    document = FamilyDocument()
    with uploads.kept(document.file, uploads.examine(SimpleUploadedFile("a.pdf", PDF))):
        pass
    response = uploads.download(document.file, name="Été.pdf", content_type="application/pdf")
    assert b"".join(response) == PDF
    response.close()
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%89t%C3%A9.pdf"
    assert response["Cache-Control"] == "private, no-store"
    document.file.storage.delete(document.file.name)
    with pytest.raises(Http404):
        uploads.download(
            FamilyDocument(file=document.file.name).file, name="a", content_type="application/pdf"
        )
