"""What Django verifies before the portal starts: engines set as our locks need, and a production that is safe."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections

SQLITE_PATIENCE = 5
"""Seconds that a writer must at least be ready to wait for another one."""
SHORTEST_SECRET = 32


@register(Tags.database)
def engine(*, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Places are counted under locks that only hold with these settings (docs/architecture.md)."""
    return [Error(fault, id="portail.E020") for alias in databases or [] for fault in engine_faults(alias)]


def engine_faults(alias: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What is wrong with the engine as it really runs, in French. Raises DatabaseError when it does not answer."""
    connection = connections[alias]
    ask = _ask_sqlite if connection.vendor == "sqlite" else _ask_postgresql
    with connection.cursor() as cursor:
        return list(ask(connection, cursor))


def _ask_sqlite(connection: Any, cursor: Any) -> Iterator[str]:
    mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    if mode not in ("wal", "memory"):
        yield f"SQLite n'écrit pas en mode WAL (mode « {mode} ») : gardez le init_command de config/settings.py."
    if connection.settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE":
        yield "SQLite doit ouvrir ses transactions en IMMEDIATE : gardez le transaction_mode de config/settings.py."
    if cursor.execute("PRAGMA busy_timeout").fetchone()[0] < SQLITE_PATIENCE * 1000:
        yield f"SQLite doit attendre au moins {SQLITE_PATIENCE} secondes un autre écrivain : option timeout."


def _ask_postgresql(connection: Any, cursor: Any) -> Iterator[str]:
    if connection.vendor != "postgresql":
        yield f"Le moteur « {connection.vendor} » n'est pas prévu : utilisez SQLite ou PostgreSQL (DATABASE_URL)."
        return
    cursor.execute("SHOW transaction_isolation")
    level = cursor.fetchone()[0]
    if level != "read committed":
        yield (
            f"PostgreSQL doit être en READ COMMITTED, il est en « {level} » : retirez isolation_level de DATABASE_URL "
            "et default_transaction_isolation de sa configuration."
        )


@register(Tags.security)
def production(**options: Any) -> list[CheckMessage]:
    """A production that would leak, lose or lock out is refused by the name of its setting."""
    if not settings.PRODUCTION:
        return []
    return [Error(f"{name} : {what}", hint=now, id="portail.E001") for name, what, now in _faults()]


Fault = tuple[str, str, str]


def _faults() -> Iterator[Fault]:
    yield from _address_faults()
    yield from _secret_faults()
    yield from _mail_faults()
    if settings.DEBUG:
        yield "PORTAIL_DEBUG", "les pages de mise au point montrent les données", "Retirez ce réglage."
    if _inside(settings.DATA_DIR):
        yield (
            "PORTAIL_DATA",
            "les données sont dans le dossier du programme, qu'une mise à jour remplace",
            "Donnez un dossier à part, par exemple /var/lib/portail.",
        )
    database = settings.DATABASES[DEFAULT_DB_ALIAS]
    if database["ENGINE"].endswith("sqlite3") and _inside(Path(str(database["NAME"])).resolve()):
        yield (
            "DATABASE_URL",
            "la base est dans le dossier du programme, qu'une mise à jour remplace",
            "Donnez postgres://… ou retirez ce réglage : la base ira dans PORTAIL_DATA.",
        )


def _address_faults() -> Iterator[Fault]:
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme != "https" or address.hostname in (None, "localhost", "127.0.0.1"):
        yield (
            "PORTAIL_URL",
            f"« {settings.PUBLIC_URL} » n'est pas l'adresse publique du portail en https",
            "Exemple : PORTAIL_URL=https://famille.ma-commune.fr",
        )
    if any(host in ("*", ".") for host in settings.ALLOWED_HOSTS):
        yield (
            "PORTAIL_HOSTS",
            "« * » laisse n'importe quel site se faire passer pour le portail",
            "Nommez les domaines servis, ou retirez ce réglage : celui de PORTAIL_URL suffit.",
        )
    if settings.TRUSTED_PROXIES < 1:
        yield (
            "PORTAIL_TRUSTED_PROXIES",
            "le portail ne sait pas combien de serveurs mandataires le précèdent",
            "Mettez 1 derrière nginx ou Caddy : c'est lui qui dit l'adresse des visiteurs et le https.",
        )


def _secret_faults() -> Iterator[Fault]:
    if settings.SECRET_FILE is not None and _inside(settings.SECRET_FILE):
        yield (
            "PORTAIL_SECRET",
            "le secret est dans le dossier du programme",
            "Donnez-le par l'environnement, ou mettez PORTAIL_DATA hors du programme : il y sera créé.",
        )
    elif len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield (
            "PORTAIL_SECRET",
            f"il est trop court (moins de {SHORTEST_SECRET} caractères)",
            "Tirez-en un au hasard : openssl rand -base64 48",
        )
    elif settings.SECRET_FILE is not None and settings.SECRET_FILE.stat().st_mode & 0o077:
        yield (
            "PORTAIL_SECRET",
            f"d'autres utilisateurs de la machine peuvent lire {settings.SECRET_FILE}",
            f"chmod 600 {settings.SECRET_FILE}",
        )


def _mail_faults() -> Iterator[Fault]:
    if settings.MAIL_KEPT:
        yield (
            "EMAIL_URL",
            "aucun serveur de courriel : les familles ne recevraient rien",
            "Exemple : EMAIL_URL=smtp+tls://utilisateur:motdepasse@smtp.exemple.fr:587",
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip("> ").endswith("@localhost"):
        yield (
            "PORTAIL_MAIL_FROM",
            "les courriels partiraient d'une adresse qui n'existe pas",
            "Exemple : PORTAIL_MAIL_FROM=portail@ma-commune.fr",
        )


def _inside(path: Path) -> bool:
    return os.path.commonpath([path.resolve(), settings.BASE_DIR]) == str(settings.BASE_DIR)
