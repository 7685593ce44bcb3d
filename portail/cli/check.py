"""`portail check`: one line a subject, what to do when something is not right, and an exit status for machines."""

import shutil
import smtplib
import sqlite3
import tempfile
from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.core.mail import get_connection
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Count
from django.db.utils import DatabaseError
from django.utils import timezone

from portail.activities.models import Commune
from portail.cli import guards, invariants
from portail.cli.console import how, say
from portail.core.checks import engine_faults
from portail.core.models import OutboxMail, PeriodicRun
from portail.core.worker import LATE, last_seen

LEAST_FREE = 500_000_000
"""Bytes under which a disk is nearly full."""
CLOCK_TOLERANCE = timedelta(seconds=5)
OLDEST_MAIL = timedelta(minutes=30)


@dataclass(frozen=True)
class Line:
    """What was looked at, what was found, and what to do when it is not right (empty: all is well)."""

    subject: str
    found: str
    todo: str = ""


def run(options: Namespace) -> int:
    """Print every line. Returns 1 when something is to be done."""
    return report(verify())


def report(lines: Iterable[Line]) -> int:
    """Print these lines. Returns 1 when something is to be done."""
    lines = list(lines)
    width = max(len(line.subject) for line in lines)
    for line in lines:
        say(f"{'à faire' if line.todo else 'OK     '}  {line.subject:<{width}}  {line.found}")
        if line.todo:
            say(f"{'':<9}{'':<{width}}  → {line.todo}")
    return int(any(line.todo for line in lines))


def verify(*, in_service: bool = True) -> Iterator[Line]:
    """Look at everything; when the portal is stopped on purpose, not at what only runs with it."""
    yield from _settings()
    yield _storage()
    yield _space()
    try:
        pending = guards.pending_migrations()
    except DatabaseError as failure:
        yield Line("Base de données", "elle ne répond pas", guards.unreachable(failure).replace("\n", " "))
        return
    yield _engine()
    yield _migrations(pending)
    if not pending:
        running = (_worker, _outbox) if in_service else ()
        for look in (_commune, _clock, _jobs, _server, *running):
            yield look(timezone.now())
        yield from _invariants()


def _settings() -> Iterator[Line]:
    """Production's settings, one line each that is wrong."""
    wrong = [m for m in checks.run_checks() if m.is_serious() and not m.is_silenced()]
    if not wrong:
        mode = "production" if settings.PRODUCTION else "essai (PORTAIL_PRODUCTION n'est pas demandé)"
        yield Line("Réglages", mode)
    for message in wrong:
        yield Line("Réglages", message.msg, message.hint or "voyez docs/exploitation.md")


def _storage() -> Line:
    """Whether a file can be written where files go."""
    for folder in (settings.DATA_DIR, Path(settings.MEDIA_ROOT)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"x")
        except OSError as denied:
            return Line(
                "Fichiers",
                f"rien ne peut être écrit dans {folder} ({denied.strerror})",
                f"donnez ce dossier à l'utilisateur du portail : chown -R … {settings.DATA_DIR}",
            )
    return Line("Fichiers", f"le dossier {settings.DATA_DIR} accepte les fichiers")


def _space() -> Line:
    free = shutil.disk_usage(settings.DATA_DIR).free
    found = f"{free / 1e9:.1f} Go libres"
    if free < LEAST_FREE:
        return Line("Disque", found, "libérez de la place, ou agrandissez le disque des données")
    return Line("Disque", found)


def _engine() -> Line:
    connection = connections[DEFAULT_DB_ALIAS]
    faults = engine_faults()
    if connection.vendor == "sqlite":
        found = f"SQLite {sqlite3.sqlite_version}, WAL, IMMEDIATE"
    else:
        version = connection.pg_version  # type: ignore[attr-defined]
        found = f"PostgreSQL {version // 10_000}.{version % 10_000}, READ COMMITTED"
    return Line("Base de données", "mal réglée" if faults else found, " ".join(faults))


def _migrations(pending: list[str]) -> Line:
    if pending:
        return Line(
            "Mises à jour",
            f"{len(pending)} en attente",
            f"arrêtez le portail, puis : {how('upgrade')}",
        )
    return Line("Mises à jour", "la base est celle de ce portail")


def _commune(now: datetime) -> Line:
    commune = Commune.objects.first()
    if commune is None:
        return Line("Commune", "elle n'existe pas encore", how("init"))
    return Line("Commune", commune.name)


def _clock(now: datetime) -> Line:
    """This machine's clock against the database's, and against nonsense. On SQLite they are one."""
    if now.astimezone(UTC).year < 2026:
        return Line("Horloge", f"{now:%d/%m/%Y}", "mettez la machine à l'heure : timedatectl set-ntp true")
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            drift = abs(cursor.fetchone()[0] - timezone.now())
        if drift > CLOCK_TOLERANCE:
            return Line(
                "Horloge",
                f"{drift.total_seconds():.0f} s d'écart avec la base",
                "mettez les deux machines à l'heure : timedatectl set-ntp true",
            )
    return Line("Horloge", f"{timezone.localtime(now):%d/%m/%Y %H:%M} ({settings.TIME_ZONE})")


def _worker(now: datetime) -> Line:
    seen = last_seen(now)
    if seen is None or seen > LATE:
        when = "jamais vu" if seen is None else f"vu il y a {_words(seen)}"
        return Line("Automate", when, f"rien ne part sans lui : {how('serve')} (ou worker)")
    return Line("Automate", f"vu il y a {_words(seen)}")


def _jobs(now: datetime) -> Line:
    failing = PeriodicRun.objects.exclude(last_error="").order_by("name")
    if job := failing.first():
        return Line(
            "Travaux périodiques",
            f"{failing.count()} en difficulté : {job.name} ({job.last_error})",
            "gardez cette ligne et signalez-la ; le travail sera retenté de lui-même",
        )
    return Line("Travaux périodiques", f"{len(settings.PORTAIL_PERIODIC)} connus, aucun en difficulté")


def _server(now: datetime) -> Line:
    """Whether the mail server takes a connection; nothing is sent."""
    if settings.MAIL_KEPT:
        return Line("Serveur de courriel", f"aucun : les courriels sont gardés dans {settings.MAIL_DIR}")
    server = get_connection(timeout=10)
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        server.open()
        server.close()
    except smtplib.SMTPAuthenticationError:
        return Line("Serveur de courriel", f"{where} refuse le mot de passe", "corrigez EMAIL_URL")
    except OSError as failure:
        return Line(
            "Serveur de courriel",
            f"{where} ne répond pas ({type(failure).__name__})",
            "vérifiez EMAIL_URL et le pare-feu ; les courriels attendent, aucun n'est perdu",
        )
    return Line("Serveur de courriel", f"{where} accepte la connexion")


def _outbox(now: datetime) -> Line:
    counts = dict(
        OutboxMail.objects.exclude(state=OutboxMail.State.SENT)
        .order_by()
        .values_list("state")
        .annotate(Count("pk"))
    )
    failed, waiting = counts.get(OutboxMail.State.FAILED, 0), counts.get(OutboxMail.State.PENDING, 0)
    found = f"{waiting} en attente, {failed} abandonnés"
    if failed:
        return Line(
            "Courriels", found, "voyez pourquoi et renvoyez-les : guichet, « Communication », « Courriels »"
        )
    late = OutboxMail.objects.filter(state=OutboxMail.State.PENDING, created_at__lt=now - OLDEST_MAIL)
    if late.exists():
        return Line(
            "Courriels",
            found,
            "certains attendent depuis plus d'une demi-heure : voyez l'automate et EMAIL_URL",
        )
    return Line("Courriels", found)


def _invariants() -> Iterator[Line]:
    for name, find in invariants.ALL.items():
        broken = find()
        if broken:
            shown = ", ".join(broken[:3]) + ("…" if len(broken) > 3 else "")
            yield Line(
                name,
                f"{len(broken)} en défaut : {shown}",
                "gardez cette ligne et signalez-la avant toute reprise",
            )
        else:
            yield Line(name, "aucun défaut")


def _words(age: timedelta) -> str:
    seconds = round(age.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
