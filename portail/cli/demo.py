"""`portail demo`: the invented commune, to try everything."""

import json
import time
from argparse import Namespace
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from portail.cli import guards
from portail.cli.console import Refused, say
from portail.demo import accounts
from portail.demo.build import build


def run(options: Namespace) -> int:
    if settings.PRODUCTION:
        raise Refused(
            "La commune d'essai a des mots de passe que tout le monde connaît : elle ne se crée pas en production."
        )
    today = _day(options.today) if options.today else timezone.localdate()
    if options.if_empty and guards.commune_name():
        return 0
    guards.refuse_existing_commune()
    with guards.alone():
        began = time.monotonic()
        call_command("migrate", verbosity=0)
        build(today)
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
