"""`portail rules apply`: what a file changes, told by subject; then asked, and done whole or not at all."""

from collections.abc import Iterable

from django.utils import timezone

from portail import rules
from portail.activities.actions import regulation as versions
from portail.billing.queries.rule_changes import repriced
from portail.bookings.actions.regulation import Applied, Plan, StillBooked, apply_file, plan
from portail.cli.console import Refused, ask, is_interactive, say
from portail.core.text import many

FEW = 6
"""Days told one by one; beyond, they are counted."""


def apply(text: str, *, file: str, note: str, dry_run: bool, yes: bool) -> int:
    """Returns 0, or 1 when the file is refused or the answer was no. Raises Refused when it cannot be used."""
    now, over = timezone.now(), versions.current_version()
    parsed = rules.parse(text)
    found = _planned(parsed, file)
    _tell(found, parsed)
    if found.refusals:
        raise Refused("Rien n'a été appliqué.\n" + "\n".join(found.refusals))
    if dry_run:
        say("Rien n'a été appliqué (--dry-run).")
        return 0
    if not yes and not _agreed():
        say("Rien n'a été appliqué.")
        return 1
    try:
        done = apply_file(text, note, actor=None, now=now, over=over)
    except StillBooked as refused:
        raise Refused("Rien n'a été appliqué.\n" + "\n".join(refused.reasons)) from refused
    except versions.StaleVersion as stale:
        raise Refused(
            f"Rien n'a été appliqué : la version {stale.current} vient d'être mise en vigueur. "
            "Exportez-la, reportez-y vos changements, puis recommencez."
        ) from stale
    _done(done, over)
    return 0


def _planned(parsed: rules.Regulation, file: str) -> Plan:
    try:
        return plan(parsed, now=timezone.now())
    except rules.SettingsErrors as lost:
        raise Refused(f"{file} ne peut pas être appliqué :\n{lost}") from lost
    except rules.CalendarUnknown as unknown:
        raise Refused(f"{file} ne peut pas être comparé à ce qui est réservé. {unknown}") from unknown


def _tell(found: Plan, parsed: rules.Regulation) -> None:
    _list("Règles", found.rules)
    _list("Structure de la commune", found.structure)
    _list("Réservations déjà prises", [*(moved.fr() for moved in found.deadlines), *_prices(parsed)])
    effects = versions.effects(parsed, today=timezone.localdate())
    days = [f"{effect.what} : {effect.before} devient {effect.after}." for effect in effects]
    more = [f"… et {many(len(days) - FEW, 'autre jour')}."] if len(days) > FEW else []
    _list("Ce que les familles liront", [*days[:FEW], *more])
    _list("À vérifier", found.warnings)
    if found.is_empty:
        say("Ce fichier ne change ni les règles ni la structure.")


def _prices(parsed: rules.Regulation) -> list[str]:
    return repriced(parsed, now=timezone.now()).fr()


def _list(title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if lines:
        say(f"{title} :", *(f"  - {line}" for line in lines))


def _agreed() -> bool:
    if not is_interactive():
        raise Refused(
            "Rien n'a été appliqué : personne n'est là pour répondre. Relisez ce qui précède, puis ajoutez --yes.",
            status=2,
        )
    return ask("Appliquer ce fichier ? oui ou non", check=_yes_or_no) == "oui"


def _yes_or_no(typed: str) -> str:
    answer = {"o": "oui", "oui": "oui", "n": "non", "non": "non"}.get(typed.lower())
    if answer is None:
        raise ValueError("Répondez oui ou non.")
    return answer


def _done(done: Applied, before: int) -> None:
    if done.version.version == before:
        say(f"Règlement, version {before} toujours en vigueur : son texte n'a pas changé.")
    else:
        say(f"Règlement, version {done.version.version} en vigueur.")
    if done.sessions:
        say(f"Séances à venir qui ont reçu leur nouveau nombre de places : {done.sessions}.")
    if done.full:
        days = ", ".join(f"{session.date:%d/%m}" for session in done.full[:15])
        say(
            f"Gardent leurs places, car plus d'enfants y sont réservés : {days}{'…' * (len(done.full) > 15)}."
        )
