"""A backup as one file: the database, the files, the secret, and a manifest that tells the checksum of each."""

import contextlib
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder

from portail.cli import dumps
from portail.cli.console import Refused

FORMAT = 1
MANIFEST, FILES, SECRET = "manifest.json", "files/", "secret.key"
CHUNK = 1 << 20


@dataclass
class Manifest:
    """What an archive holds. `parts`: name in the archive → SHA-256 in hexadecimal."""

    made_at: str
    engine: str
    migrations: list[str]
    parts: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def write(target: Path, *, now: datetime) -> Manifest:
    """Make the archive, whole or not at all, then read it again from end to end. Raises Refused.

    Files are taken before the database and after it: one that a family adds or an agent removes meanwhile is there
    as long as a row of the database tells of it.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _created(draft) as output, tarfile.open(fileobj=output, mode="w:gz", compresslevel=6) as archive:
            manifest = _fill(archive, now)
        read(draft).close()
        draft.replace(target)
    except OSError as failure:
        raise Refused(
            f"La sauvegarde n'a pas pu être écrite dans {target} : {failure.strerror}."
        ) from failure
    finally:
        draft.unlink(missing_ok=True)
    return manifest


@contextlib.contextmanager
def _created(path: Path) -> Iterator[IO[bytes]]:
    """A new file that its owner alone can read, on the disk for good when it is closed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as output:
        yield output
        output.flush()
        os.fsync(output.fileno())


def _fill(archive: tarfile.TarFile, now: datetime) -> Manifest:
    recorder = MigrationRecorder(connections[DEFAULT_DB_ALIAS])
    manifest = Manifest(now.isoformat(), dumps.vendor(), [])
    _add_files(archive, manifest)
    with tempfile.TemporaryDirectory(prefix="portail-", dir=settings.DATA_DIR) as folder:
        manifest.migrations = sorted(f"{app}.{name}" for app, name in recorder.applied_migrations())
        copy = Path(folder) / dumps.NAMES[manifest.engine]
        dumps.dump(copy)
        dumps.verify(copy, manifest.engine)
        _add(archive, manifest, copy, copy.name)
    _add_files(archive, manifest)
    if settings.SECRET_FILE is not None:
        _add(archive, manifest, settings.SECRET_FILE, SECRET)
    content = json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode()
    _append(archive, MANIFEST, io.BytesIO(content), len(content))
    return manifest


def _add_files(archive: tarfile.TarFile, manifest: Manifest) -> None:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        name = FILES + path.relative_to(root).as_posix()
        if name not in manifest.parts and path.is_file() and not path.is_symlink():
            with contextlib.suppress(FileNotFoundError):  # removed meanwhile: no row tells of it any more
                _add(archive, manifest, path, name)


def _add(archive: tarfile.TarFile, manifest: Manifest, path: Path, name: str) -> None:
    with path.open("rb") as source:
        digest = hashlib.sha256()
        while chunk := source.read(CHUNK):
            digest.update(chunk)
        size = source.tell()
        source.seek(0)
        _append(archive, name, source, size)
    manifest.parts[name] = digest.hexdigest()


def _append(archive: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    archive.addfile(entry, source)


@dataclass
class Unpacked:
    """An archive whose every checksum was found right, in a folder of its own."""

    manifest: Manifest
    folder: Path
    _room: tempfile.TemporaryDirectory

    @property
    def database(self) -> Path:
        return self.folder / dumps.NAMES[self.manifest.engine]

    @property
    def files(self) -> Path:
        return self.folder / FILES

    @property
    def secret(self) -> Path:
        return self.folder / SECRET

    def close(self) -> None:
        self._room.cleanup()


def read(source: Path) -> Unpacked:
    """Unpack an archive beside the data and check all of it. Raises Refused, saying what is wrong with it."""
    room = tempfile.TemporaryDirectory(prefix="portail-", dir=settings.DATA_DIR)
    try:
        found = Unpacked(*_unpack(source, Path(room.name)), room)
        dumps.verify(found.database, found.manifest.engine)
    except BaseException:
        room.cleanup()
        raise
    return found


def _unpack(source: Path, folder: Path) -> tuple[Manifest, Path]:
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            sums = {entry.name: _extract(archive, entry, folder) for entry in archive}
        manifest = Manifest(**json.loads((folder / MANIFEST).read_bytes()))
    except FileNotFoundError as missing:
        raise Refused(
            _not_ours(source) if source.exists() else f"Il n'y a pas de fichier {source}."
        ) from missing
    except (tarfile.TarError, EOFError, ValueError, TypeError) as broken:
        raise Refused(_not_ours(source)) from broken
    except OSError as failure:
        raise Refused(f"{source} ne peut pas être relue : {failure.strerror or failure}.") from failure
    _compare(source, manifest, sums)
    return manifest, folder


def _not_ours(source: Path) -> str:
    return f"{source} n'est pas une sauvegarde du portail, ou elle est abîmée : prenez-en une autre."


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> str:
    """Write one part under the folder, never elsewhere. Returns its checksum."""
    name = PurePosixPath(entry.name)
    content = archive.extractfile(entry) if entry.isfile() else None
    if content is None or name.is_absolute() or ".." in name.parts:
        raise ValueError(entry.name)
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("xb") as output:
        os.chmod(target, 0o600)
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            output.write(chunk)
    return digest.hexdigest()


def _compare(source: Path, manifest: Manifest, sums: dict[str, str]) -> None:
    if manifest.format > FORMAT:
        raise Refused(f"{source} vient d'un portail plus récent : mettez d'abord celui-ci à jour.")
    sums.pop(MANIFEST, None)
    wrong = sorted(
        name for name in sums.keys() | manifest.parts.keys() if sums.get(name) != manifest.parts.get(name)
    )
    if wrong or dumps.NAMES.get(manifest.engine) not in sums:
        shown = ", ".join(wrong[:3])
        raise Refused(
            f"{source} est abîmée ({shown or 'sans base'}) : rien n'a été changé, prenez-en une autre."
        )


def described(manifest: Manifest) -> dict[str, Any]:
    """What people want to know of an archive."""
    files = sum(name.startswith(FILES) for name in manifest.parts)
    return {"files": files, "engine": manifest.engine, "made_at": datetime.fromisoformat(manifest.made_at)}
