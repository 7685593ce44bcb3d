"""`portail serve`: the site and the worker, kept alive together."""

import http.client
import os
import socket
import sys
from argparse import Namespace
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from portail.cli import guards
from portail.cli.console import Refused, say
from portail.cli.demo_accounts import kept_accounts
from portail.cli.supervisor import Child, Crew, supervise

MOST_PROCESSES = 64


def run(options: Namespace) -> int:
    guards.ready_to_serve()
    refuse_no_process()
    refuse_busy_port()
    collect_static_files()
    with guards.in_service():
        status = supervise(Crew(children=[web(), worker()], is_ready=answers, on_ready=welcome))
    if status:
        raise Refused("Le site n'a pas pu démarrer : la raison est dans les lignes qui précèdent.")
    say("", "Le portail est arrêté.")
    return 0


def refuse_no_process() -> None:
    """Raises Refused when the settings leave nobody to answer."""
    for variable, count in (
        ("PORTAIL_WORKERS", settings.WEB_WORKERS),
        ("PORTAIL_THREADS", settings.WEB_THREADS),
    ):
        if not 1 <= count <= MOST_PROCESSES:
            raise Refused(
                f"{variable} vaut {count} : donnez un nombre de 1 à {MOST_PROCESSES}, par exemple 2."
            )


def refuse_busy_port() -> None:
    """Raises Refused when another program listens where we should."""
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND, settings.PORT))
            probe.listen()
        except (OSError, OverflowError) as busy:
            raise Refused(_unusable_port(busy)) from busy


def _unusable_port(failure: Exception) -> str:
    where = f"{settings.BIND}:{settings.PORT}"
    if isinstance(failure, PermissionError):
        return f"Le port {settings.PORT} est réservé au système : choisissez-en un au-dessus de 1023 (PORTAIL_PORT)."
    if isinstance(failure, OverflowError | socket.gaierror):
        return f"« {where} » n'est pas une adresse : corrigez PORTAIL_BIND ou PORTAIL_PORT (de 1 à 65535)."
    if getattr(failure, "errno", None) == 99:  # EADDRNOTAVAIL
        return f"Cette machine n'a pas l'adresse {settings.BIND} : corrigez PORTAIL_BIND."
    return (
        f"Le port {settings.PORT} est déjà pris, sans doute par un portail déjà lancé.\n"
        f"Arrêtez-le, ou choisissez un autre port : PORTAIL_PORT={settings.PORT + 1}"
    )


def collect_static_files() -> None:
    """In production, style and scripts are served from one folder, compressed and named by their content.

    Elsewhere they are read where they are written, and the folder stays empty.
    """
    try:
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as denied:
        raise Refused(
            f"Les fichiers statiques ne peuvent pas être écrits dans {settings.STATIC_ROOT} ({denied.strerror}).\n"
            "Donnez-en les droits à l'utilisateur du portail, ou indiquez un autre dossier par PORTAIL_STATIC."
        ) from denied


def web() -> Child:
    """The site: granian, its own processes, a few threads each."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"]
    command += ["--host", settings.BIND, "--port", str(settings.PORT), "--no-ws", "--http", "1"]
    command += ["--workers", str(settings.WEB_WORKERS), "--respawn-failed-workers"]
    command += ["--blocking-threads", str(settings.WEB_THREADS), "--backpressure", "256"]
    command += ["--workers-kill-timeout", "5", "--log-level", "warning"]
    return Child("web", command, _environment(), essential=True)


def worker() -> Child:
    return Child("worker", [sys.executable, "-m", "portail", "worker"], _environment())


def _environment() -> dict[str, str]:
    """Ours, with what would depend on the folder we were started from made plain."""
    path = os.pathsep.join(filter(None, [str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]))
    return os.environ | {"PYTHONPATH": path, "PORTAIL_DATA": str(settings.DATA_DIR)}


def answers() -> bool:
    """Whether the site answers something, whatever it is."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.PORT, timeout=5)
    try:
        connection.request("GET", "/sante/")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def welcome() -> None:
    """Where it is, who may come in, how to stop it."""
    say(
        "",
        f"Portail Famille : {settings.PUBLIC_URL}/",
        f"Guichet des agents : {settings.PUBLIC_URL}/guichet/",
    )
    if settings.MAIL_KEPT and not settings.PRODUCTION:
        say(f"Courriels envoyés : {settings.PUBLIC_URL}/dev/courrier/")
    if accounts := kept_accounts():
        say("", "Pour se connecter :", *accounts)
    say("", "Ctrl-C pour arrêter.")
