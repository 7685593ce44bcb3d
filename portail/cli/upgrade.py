"""`portail upgrade`: after the program was replaced by a newer one. A backup first, always."""

from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.utils import DatabaseError
from django.utils import timezone

from portail.cli import archive, backup, check, guards
from portail.cli.console import Refused, how, say


def run(options: Namespace) -> int:
    guards.refuse_empty_database()
    with guards.alone():
        pending = guards.pending_migrations()
        if pending:
            _migrate(_backup(options.backup), pending)
        else:
            say("La base de données est déjà à jour.")
    say("")
    return check.report(check.verify(in_service=False))


def _backup(wanted: str | None) -> Path:
    folder = settings.DATA_DIR / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = backup.target_of(wanted or str(folder))
    backup.told(target, archive.write(target, now=timezone.now()))
    return target


def _migrate(saved: Path, pending: list[str]) -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as failure:
        raise Refused(
            f"La mise à jour s'est arrêtée : {failure}\n"
            "Remettez l'ancienne version du portail, puis la sauvegarde :\n"
            f"  {how('restore', str(saved), '--replace')}"
        ) from failure
    say(f"{len(pending)} mises à jour appliquées à la base de données.")
