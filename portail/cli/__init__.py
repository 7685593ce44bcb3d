"""The `portail` command: everything that the one who hosts does. The words are in parser.py, a module a verb."""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from portail.cli.console import Refused, complain
from portail.cli.parser import build

INTERRUPTED = 130
SECRETS = ("DATABASE_URL", "EMAIL_URL", "PORTAIL_SECRET", "PORTAIL_OLD_SECRETS")
"""Variables whose value is never shown."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns its exit status: 0 done, 1 refused or something to do, 2 misused, 130 interrupted."""
    os.umask(0o077)  # what we write (base, files, backups) is for this user alone
    options = build().parse_args(arguments)
    try:
        if options.needs_django:
            start_django()
        return import_module(options.module).run(options)
    except Refused as refused:
        complain(str(refused))
        return refused.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us (head, less) left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def start_django() -> None:
    """Read the settings. Raises Refused, naming the variable, when the environment cannot be understood."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as broken:
        raise _misunderstood(_variable(broken) or "DATABASE_URL") from broken
    except OSError as denied:
        raise Refused(
            f"Le dossier des données ne peut pas être utilisé : {denied.filename} ({denied.strerror}).\n"
            "Donnez-en les droits à l'utilisateur qui lance le portail, ou indiquez-en un autre par PORTAIL_DATA."
        ) from denied
    except ValueError as broken:
        variable = _variable(broken)
        if variable is None:
            raise
        raise _misunderstood(variable) from broken


def _misunderstood(variable: str) -> Refused:
    shown = "" if variable in SECRETS else f" : « {os.environ.get(variable, '')} »"
    return Refused(
        f"La valeur de {variable} n'est pas comprise{shown}.\n"
        "Chaque réglage est expliqué dans docs/exploitation.md."
    )


def _variable(broken: BaseException) -> str | None:
    """The variable that the settings were reading when they failed."""
    for frame in reversed(traceback.extract_tb(broken.__traceback__)):
        if frame.filename.endswith("settings.py") and (
            found := re.search(r'"([A-Z_]{5,})"', frame.line or "")
        ):
            return found[1] if found[1] in os.environ else None
    return None
