"""`portail restore`: an archive put in place of what there is, which is kept aside."""

import os
import shutil
from argparse import Namespace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from portail.activities.models import Commune
from portail.cli import archive, dumps, guards
from portail.cli.console import Refused, how, say
from portail.core.models import OutboxMail


def run(options: Namespace) -> int:
    source = Path(options.file).expanduser().absolute()
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with guards.alone():
        if _holds_data() and not options.replace:
            raise Refused(
                f"Il y a déjà des données dans {settings.DATA_DIR} : rien n'a été changé.\n"
                "Pour les remplacer (elles seront gardées de côté), ajoutez --replace."
            )
        unpacked = archive.read(source)
        try:
            _refuse_stranger(unpacked.manifest)
            aside = put_in_place(unpacked, now=timezone.now())
        finally:
            unpacked.close()
    _tell(unpacked.manifest, aside)
    return 0


def _holds_data() -> bool:
    return bool(connections[DEFAULT_DB_ALIAS].introspection.table_names()) or _has_files(
        Path(settings.MEDIA_ROOT)
    )


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _refuse_stranger(manifest: archive.Manifest) -> None:
    """Raises Refused when the archive is of another engine, or of a newer portal."""
    if manifest.engine != dumps.vendor():
        raise Refused(
            f"Cette sauvegarde est d'une base {manifest.engine}, et DATABASE_URL désigne une base {dumps.vendor()} : "
            "rien n'a été changé."
        )
    known = {
        f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    }
    if newer := [name for name in manifest.migrations if name not in known]:
        raise Refused(
            f"Cette sauvegarde vient d'un portail plus récent ({newer[0]}) : mettez d'abord celui-ci à jour, "
            "rien n'a été changé."
        )


def put_in_place(unpacked: archive.Unpacked, *, now: datetime) -> Path | None:
    """Exchange the data for those of the archive. Returns the folder of what was there, None when nothing was."""
    aside = None
    if _holds_data():
        aside = settings.DATA_DIR / f"replaced-{timezone.localtime(now):%Y-%m-%d-%H%M%S}"
        aside.mkdir(mode=0o700)
    if dumps.vendor() == "sqlite":
        connections[DEFAULT_DB_ALIAS].close()
        for old in dumps.sqlite_files(dumps.database_path()):
            _take_away(old, aside)
        _move(unpacked.database, dumps.database_path())
    else:
        if aside is not None:
            dumps.dump(aside / dumps.NAMES["postgresql"])
        dumps.load_postgresql(unpacked.database)
    _exchange(unpacked.files, Path(settings.MEDIA_ROOT), aside)
    if settings.SECRET_FILE is not None and unpacked.secret.exists():
        _exchange(unpacked.secret, settings.SECRET_FILE, aside)
    return aside


def _exchange(new: Path, place: Path, aside: Path | None) -> None:
    _take_away(place, aside)
    if new.exists():
        _move(new, place)


def _take_away(old: Path, aside: Path | None) -> None:
    """Keep aside what is replaced; what an empty commune left (a key just made, a base without tables) goes."""
    if not old.exists():
        return
    if aside is not None:
        shutil.move(old, aside / old.name)
    elif old.is_dir():
        old.rmdir()
    else:
        old.unlink()


def _move(new: Path, place: Path) -> None:
    """Whole or not at all, even from another disk."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    shutil.move(new, draft)
    draft.replace(place)


def _tell(manifest: archive.Manifest, aside: Path | None) -> None:
    moment = timezone.localtime(archive.described(manifest)["made_at"])
    say(
        f"Sauvegarde du {moment:%d/%m/%Y à %H:%M} remise en place ({archive.described(manifest)['files']} fichiers)."
    )
    if aside is not None:
        say(f"Ce qu'elle remplace est gardé dans {aside} : supprimez-le quand vous n'en aurez plus besoin.")
    if guards.pending_migrations():
        say(f"La base est plus ancienne que le portail : {how('upgrade')}")
        return
    if waiting := OutboxMail.objects.filter(state=OutboxMail.State.PENDING).count():
        say(f"{waiting} courriels attendaient au moment de la sauvegarde : ils partiront au démarrage.")
    if commune := Commune.objects.first():
        say(f"Commune : {commune.name}. Démarrez le portail : {how('serve')}")
