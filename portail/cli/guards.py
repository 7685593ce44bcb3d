"""What must hold before the portal starts, and the lock that keeps its data from being changed under it."""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

from portail.activities.models import Commune
from portail.cli.console import Refused, how


def refuse_unsafe_settings() -> None:
    """Raises Refused, naming every setting to mend. Does not look at the database."""
    _refuse(checks.run_checks())


def refuse_unsafe_engine() -> None:
    """Raises Refused when the database runs without what our locks need."""
    _refuse(checks.run_checks(tags=[checks.Tags.database], databases=[DEFAULT_DB_ALIAS]))


def _refuse(found: Iterable[checks.CheckMessage]) -> None:
    wrong = [message for message in found if message.is_serious() and not message.is_silenced()]
    if wrong:
        lines = [f"- {fault.msg}" + (f"\n  {fault.hint}" if fault.hint else "") for fault in wrong]
        raise Refused("\n".join(["Le portail ne démarre pas :", *lines]))


def pending_migrations() -> list[str]:
    """The migrations that this code has and the database has not. Raises DatabaseError when it cannot be read."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def refuse_pending_migrations() -> None:
    """Raises Refused with the command to run when the database is older than the code, or cannot be read."""
    try:
        pending = pending_migrations()
        is_new = not connections[DEFAULT_DB_ALIAS].introspection.table_names()
    except DatabaseError as failure:
        raise Refused(unreachable(failure)) from failure
    if pending and is_new:
        raise Refused(
            "La base de données est vide. Créez votre commune, ou une commune d'essai :\n"
            f"  {how('init')}\n  {how('demo')}"
        )
    if pending:
        raise Refused(
            f"La base de données est plus ancienne que le portail ({len(pending)} mises à jour en attente).\n"
            f"Mettez-la à jour : {how('upgrade')}"
        )


def refuse_empty_database() -> None:
    """Raises Refused when there is nothing there yet."""
    try:
        is_empty = not connections[DEFAULT_DB_ALIAS].introspection.table_names()
    except DatabaseError as failure:
        raise Refused(unreachable(failure)) from failure
    if is_empty:
        raise Refused(f"Il n'y a rien ici : la base de données est vide ({settings.DATA_DIR}).")


def commune_name() -> str:
    """The commune of this installation, "" when there is none yet. Raises Refused when the base does not answer."""
    try:
        if Commune._meta.db_table not in connections[DEFAULT_DB_ALIAS].introspection.table_names():
            return ""
        return Commune.objects.values_list("name", flat=True).first() or ""
    except DatabaseError as failure:
        raise Refused(unreachable(failure)) from failure


def refuse_existing_commune() -> None:
    """Raises Refused when this installation has its commune already."""
    if name := commune_name():
        raise Refused(
            f"Ce dossier contient déjà une commune, « {name} » : rien n'a été changé.\n"
            "Pour une autre, donnez un autre dossier : PORTAIL_DATA=/un/autre/dossier"
        )


def unreachable(failure: DatabaseError) -> str:
    engine = settings.DATABASES[DEFAULT_DB_ALIAS]["ENGINE"].rpartition(".")[2]
    return (
        f"La base de données ({engine}) ne répond pas : {str(failure).strip()}\n"
        "Vérifiez qu'elle est démarrée et que DATABASE_URL est juste."
    )


def ready_to_serve() -> None:
    """All of the above. Raises Refused."""
    refuse_unsafe_settings()
    refuse_pending_migrations()
    refuse_unsafe_engine()


@contextmanager
def in_service() -> Iterator[None]:
    """While the portal serves: several may share the data, nobody may replace them."""
    with _locked(fcntl.LOCK_SH, "Une sauvegarde est en train d'être remise en place : réessayez ensuite."):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """While the data are replaced or upgraded: the portal must be stopped on this machine."""
    with _locked(
        fcntl.LOCK_EX,
        "Le portail est en service sur ces données : arrêtez-le d'abord (systemctl stop portail).",
    ):
        yield


@contextmanager
def _locked(mode: int, otherwise: str) -> Iterator[None]:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "portail.lock").open("a") as lock:
        try:
            fcntl.flock(lock, mode | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Refused(otherwise) from busy
        yield
