"""`portail init`: the commune of this installation and its first administrator. Asked for, or given as options."""

import sys
from argparse import Namespace
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from portail.accounts.actions.staff import create_administrator
from portail.accounts.models import USERNAME, User
from portail.activities.actions import founding
from portail.cli import guards
from portail.cli.console import Refused, ask, ask_password, how, is_interactive, say
from portail.rules import SUBDIVISIONS, ZONES, SettingsErrors

Check = Callable[[str], str]


def run(options: Namespace) -> int:
    guards.refuse_existing_commune()
    answers = answers_of(options)
    with guards.alone():
        call_command("migrate", interactive=False, verbosity=0)
        _found(answers, _password(options, answers))
    say(
        f"La commune « {answers['name']} » est créée, et {answers['admin_username']} peut s'y connecter.",
        f"Démarrez le portail : {how('serve')}",
        f"Puis, au guichet ({settings.PUBLIC_URL}/guichet/) : écoles, prestations, année scolaire, familles.",
    )
    return 0


def answers_of(options: Namespace) -> dict[str, str]:
    """Every answer, by option name; what the options leave out is asked for. Raises Refused when nobody is there."""
    given = {name: getattr(options, name) for name, *_ in QUESTIONS}
    missing = [name for name, _, _, default in QUESTIONS if given[name] is None and default is None]
    if missing and not is_interactive():
        shown = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise Refused(f"Il manque : {shown}.", status=2)
    answers = {}
    for name, question, check, default in QUESTIONS:
        if given[name] is not None:
            answers[name] = _checked(name, given[name], check)
        elif is_interactive():
            answers[name] = ask(question, check=check, default=default or "")
        else:
            answers[name] = default or ""
    return answers


def _checked(name: str, value: str, check: Check) -> str:
    try:
        return check(value.strip())
    except ValueError as misunderstood:
        raise Refused(f"--{name.replace('_', '-')} : {misunderstood}", status=2) from misunderstood


def _password(options: Namespace, answers: dict[str, str]) -> str:
    user = User(
        username=answers["admin_username"],
        email=answers["admin_email"],
        first_name=answers["admin_first_name"],
        last_name=answers["admin_last_name"],
    )
    if options.admin_password_stdin:
        return read_password(lambda typed: check_password(typed, user))
    if not is_interactive():
        raise Refused("Il manque le mot de passe de l'administrateur : --admin-password-stdin.", status=2)
    return ask_password("Mot de passe de l'administrateur", check=lambda typed: check_password(typed, user))


def read_password(check: Callable[[str], None]) -> str:
    """The first line of the standard input. Raises Refused when it will not do."""
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        check(password)
    except ValueError as weak:
        raise Refused(f"Ce mot de passe ne convient pas. {weak}") from weak
    return password


def check_password(password: str, user: User) -> None:
    """Raises ValueError with what the password lacks. Before the first rules: the length that we ship."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise ValueError(" ".join(weak.messages)) from weak


def _found(answers: dict[str, str], password: str) -> None:
    now = timezone.now()
    try:
        with transaction.atomic():
            founding.found_commune(
                answers["name"],
                answers["zone"],
                answers["subdivision"],
                now=now,
                today=timezone.localdate(now),
            )
            create_administrator(
                username=answers["admin_username"],
                email=answers["admin_email"],
                first_name=answers["admin_first_name"],
                last_name=answers["admin_last_name"],
                password=password,
                now=now,
            )
    except (ValidationError, SettingsErrors) as refused:
        words = (
            refused.messages
            if isinstance(refused, ValidationError)
            else [p.message for p in refused.problems]
        )
        raise Refused("Rien n'a été créé. " + " ".join(words)) from refused


def _name(typed: str) -> str:
    if not 2 <= len(typed) <= 100 or not typed.isprintable():
        raise ValueError(
            "Indiquez le nom de la commune, par exemple Fontclaire-les-Tilleuls (100 lettres au plus)."
        )
    return typed


def _zone(typed: str) -> str:
    if typed.upper() not in ZONES:
        raise ValueError("Indiquez A, B ou C, la zone de vacances scolaires de votre académie.")
    return typed.upper()


def _subdivision(typed: str) -> str:
    if typed and typed not in SUBDIVISIONS:
        raise ValueError(
            f"Indiquez un de ces codes, ou rien en métropole ailleurs : {', '.join(SUBDIVISIONS)}."
        )
    return typed


def _username(typed: str) -> str:
    try:
        USERNAME(typed)
    except ValidationError as wrong:
        raise ValueError(" ".join(map(str, wrong.messages))) from wrong
    return typed


def _email(typed: str) -> str:
    try:
        validate_email(typed)
    except ValidationError as wrong:
        raise ValueError("Indiquez une adresse complète, par exemple alix@ma-commune.fr.") from wrong
    return typed


def _person(typed: str) -> str:
    if len(typed) > 80 or not typed.isprintable():
        raise ValueError("Indiquez 80 lettres au plus.")
    return typed


# The option, the question, what checks the answer, and the answer when none is given (None: one is needed).
QUESTIONS: tuple[tuple[str, str, Check, str | None], ...] = (
    ("name", "Nom de la commune", _name, None),
    ("zone", "Zone des vacances scolaires (A, B ou C)", _zone, None),
    (
        "subdivision",
        "Département aux jours fériés propres (Alsace-Moselle, outre-mer), ou rien",
        _subdivision,
        "",
    ),
    ("admin_username", "Nom d'utilisateur de l'administrateur", _username, "admin"),
    ("admin_email", "Son adresse e-mail", _email, None),
    ("admin_first_name", "Son prénom", _person, ""),
    ("admin_last_name", "Son nom", _person, ""),
)
