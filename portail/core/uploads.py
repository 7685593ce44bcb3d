"""Files sent by people: what they really are is looked at, never believed; what they are called is cleaned."""

import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

import puremagic
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

NAME_LENGTH = 120
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

PICTURES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
PROOFS = {"pdf": "application/pdf", **PICTURES, "heic": "image/heic"}
"""What a telephone sends: a page as a PDF, or its photo (`core.pictures.page_of` draws it again)."""
DOCUMENTS = {
    "pdf": "application/pdf",
    **PICTURES,
    "odt": f"{_OPEN}text",
    "ods": f"{_OPEN}spreadsheet",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
}
_SAME = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "heif": "heic", "hif": "heic"}
# The kinds of HEIF file that hold a photo, written in its first box.
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
_STARTS = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF"}
# The part of the archive that makes an office file what it says it is.
_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "odt": "content.xml", "ods": "content.xml"}


@dataclass(frozen=True)
class Upload:
    """A file that was looked at: its content, the name to show, its true type, its size in bytes."""

    file: File
    name: str
    content_type: str

    @property
    def size(self) -> int:
        return int(self.file.size)

    @property
    def kept_name(self) -> str:
        """A name for the disk that tells nothing of anybody."""
        return f"{uuid4().hex}.{self.name.rpartition('.')[2]}"


def examine(file: UploadedFile, kinds: dict[str, str] = DOCUMENTS) -> Upload:
    """What this file is, once it was read. `kinds` maps the extensions accepted to their types.

    Raises ValidationError, in words that say what to send instead, when it is empty, too large, of another kind, or
    not what its name says.
    """
    if not file.size:
        raise ValidationError(_("Ce fichier est vide. Choisissez-en un autre."), code="empty")
    if file.size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(_too_large(), code="size")
    name = clean_name(file.name or "")
    said = name.rpartition(".")[2].lower()
    said = _SAME.get(said, said)
    if said not in kinds:
        raise ValidationError(_not_accepted(kinds), code="kind")
    if not _is_truly(said, kinds[said], file):
        raise ValidationError(
            _("Le contenu de ce fichier n'est pas celui qu'annonce « .%(said)s ». %(accepted)s")
            % {"said": said, "accepted": _not_accepted(kinds)},
            code="content",
        )
    file.seek(0)
    return Upload(file=file, name=f"{name.rpartition('.')[0]}.{said}", content_type=kinds[said])


def clean_name(typed: str) -> str:
    """A file's name without folders, control characters or marks that turn the reading, at most 120 characters."""
    base = PurePosixPath(typed.replace("\\", "/")).name
    kept = "".join(
        c
        for c in unicodedata.normalize("NFC", base)
        if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*'
    )
    stem, dot, extension = kept.strip(" .").rpartition(".")
    if not dot:
        stem, extension = extension, ""
    stem = stem.strip(" .") or "document"
    return f"{stem[: NAME_LENGTH - 12]}{dot}{extension[:10]}"


class UploadsInput(forms.FileInput):
    """A field that takes several files at once."""

    allow_multiple_selected = True


class UploadField(forms.FileField):
    """A file whose cleaned value is an Upload. `kinds` as for `examine`."""

    def __init__(self, *, kinds: dict[str, str] = DOCUMENTS, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in kinds)}))
        super().__init__(**kwargs)
        self.kinds = kinds

    def to_python(self, data: Any) -> Any:
        # Django's own field refuses an empty file and a long name before we can say it in our words.
        if data in self.empty_values:
            return None
        return examine(data, self.kinds)

    def clean(self, data: Any, initial: Any = None) -> Any:
        return forms.Field.clean(self, data)


class UploadsField(UploadField):
    """Several files, whose cleaned value is a list of Uploads. Every file that cannot be taken is told, by its name."""

    def __init__(self, *, most: int, kinds: dict[str, str] = DOCUMENTS, **kwargs: Any) -> None:
        accept = ",".join(f".{kind}" for kind in kinds)
        kwargs.setdefault("widget", UploadsInput(attrs={"accept": accept}))
        super().__init__(kinds=kinds, **kwargs)
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not sent and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(sent) > self.most:
            raise ValidationError(
                _("Envoyez %(most)s fichiers au plus à la fois.") % {"most": self.most}, code="many"
            )
        uploads, refused = [], []
        for file in sent:
            try:
                uploads.append(examine(file, self.kinds))
            except ValidationError as problem:
                refused += [f"« {clean_name(file.name or '')} » : {told}" for told in problem.messages]
        if refused:
            raise ValidationError(refused)
        return uploads


@contextmanager
def kept(field_file: FieldFile, upload: Upload) -> Iterator[None]:
    """Write the file to the storage; when what is done inside does not end well, take it away again."""
    field_file.save(upload.kept_name, upload.file, save=False)
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            field_file.delete(save=False)


def download(file: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """A private file to save, never shown inside the portal's own pages, never kept by a proxy. 404 when it is lost."""
    return _response(file, name=name, content_type=content_type, as_attachment=True)


def shown(file: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """A private picture or PDF to read beside a form. Only for what was drawn again or is opened by a PDF reader."""
    if content_type not in ("image/jpeg", "image/png", "application/pdf"):
        raise Http404
    return _response(file, name=name, content_type=content_type, as_attachment=False)


def _response(file: FieldFile, *, name: str, content_type: str, as_attachment: bool) -> FileResponse:
    try:
        content = file.open("rb")
    except (FileNotFoundError, ValueError):
        raise Http404 from None
    response = FileResponse(content, as_attachment=as_attachment, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    return response


def _is_truly(extension: str, content_type: str, file: UploadedFile) -> bool:
    file.seek(0)
    head = file.read(4096)
    if extension in _PARTS:
        return _is_office_file(extension, content_type, file)
    if extension == "heic":
        return head[4:8] == b"ftyp" and head[8:12] in _HEIC
    if not head.startswith(_STARTS[extension]):
        return False
    with suppress(puremagic.PureError, ValueError):
        guess = puremagic.from_string(head).lstrip(".")
        return _SAME.get(guess, guess) == extension
    return False


def _is_office_file(extension: str, content_type: str, file: UploadedFile) -> bool:
    file.seek(0)
    try:
        with zipfile.ZipFile(BytesIO(file.read())) as archive:
            names = set(archive.namelist())
            if extension.startswith("od"):
                first = archive.read("mimetype")[:100] if "mimetype" in names else b""
                return first.decode("ascii", "replace").strip() == content_type and _PARTS[extension] in names
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return False
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return _PARTS[extension] in names and "[Content_Types].xml" in names and not macros


def accepted(kinds: dict[str, str] = DOCUMENTS) -> str:
    """The help under a file to send: its formats and its greatest size."""
    return _("Formats : %(kinds)s. Taille : %(size)s au plus.") % {
        "kinds": ", ".join(kinds),
        "size": _limit(),
    }


def _limit() -> str:
    kilobytes = settings.UPLOAD_MAX_BYTES // 1024
    return f"{kilobytes // 1024} Mo" if kilobytes >= 1024 else f"{kilobytes} ko"


def _too_large() -> str:
    return _("Ce fichier dépasse %(limit)s. Envoyez-en un plus léger.") % {"limit": _limit()}


def _not_accepted(kinds: dict[str, str]) -> str:
    return _("Envoyez l'un de ces formats : %(kinds)s.") % {"kinds": ", ".join(kinds)}
