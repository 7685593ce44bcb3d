"""`portail demo`: the invented commune, to try everything."""

import json
import time
from argparse import Namespace
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.utils import DatabaseError
from django.utils import timezone

from portail.activities.models import Commune
from portail.cli import guards
from portail.cli.console import Refused, say
from portail.demo import accounts
from portail.demo.build import NotEmpty, build


def run(options: Namespace) -> int:
    if settings.PRODUCTION:
        raise Refused(
            "La commune d'essai a des mots de passe que tout le monde connaît : elle ne se crée pas en production."
        )
    today = _day(options.today) if options.today else timezone.localdate()
    if options.if_empty and _has_commune():
        return 0
    with guards.alone():
        began = time.monotonic()
        call_command("migrate", verbosity=0)
        try:
            build(today)
        except NotEmpty as full:
            raise Refused(
                f"Ce dossier contient déjà une commune, « {full.name} » : rien n'a été changé.\n"
                "Pour une commune d'essai, donnez un autre dossier : PORTAIL_DATA=/un/autre/dossier"
            ) from full
    say(f"Commune d'essai « {accounts.COMMUNE} » créée en {time.monotonic() - began:.1f} s.")
    say("Pour se connecter :")
    for person in json.loads(accounts.path(settings.DATA_DIR).read_text(encoding="utf-8")):
        say(f"  {person['role']:<16}{person['username']:<12}{person['password']}")
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as unreadable:
        raise Refused(f"« {text} » n'est pas une date : écrivez par exemple 2026-11-24.") from unreadable


def _has_commune() -> bool:
    """Whether there is a commune already; a base without tables has none."""
    try:
        if Commune._meta.db_table not in connection.introspection.table_names():
            return False
        return Commune.objects.exists()
    except DatabaseError as failure:
        raise Refused(guards.unreachable(failure)) from failure
