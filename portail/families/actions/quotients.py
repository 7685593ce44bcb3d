"""Quotients, the agents' side: entered with their proof, from a request or not, corrected, withdrawn.

Append-only: what was entered stays, and is replaced. Whatever counts afterwards is said by `families.quotients`.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.activities import queries as activities
from portail.core import journal, outbox
from portail.core.models import JournalEntry
from portail.core.uploads import Upload
from portail.families import cards, quotients, recipients
from portail.families.actions import decisions
from portail.families.actions.documents import keep
from portail.families.models import FamilyDocument, Household, Quotient, Request
from portail.rules import FRENCH
from portail.rules.quotients import QuotientValue, quotient_on, validity

HIGHEST = Decimal("99999.99")
SAME_READING = timedelta(minutes=10)


@dataclass(frozen=True)
class Given:
    """What a proof says. `value` in euros a month, from 0 to HIGHEST; `received_on`: the day the service had it."""

    value: Decimal
    kind: str
    proved_on: date
    received_on: date
    note: str = ""


class Superseded(Exception):
    """Somebody else replaced this quotient meanwhile: `by` is what they wrote."""

    def __init__(self, by: Quotient) -> None:
        super().__init__(by.pk)
        self.by = by


class Refused(Exception):
    """One of many that cannot be entered: whose, and why in words."""

    def __init__(self, household: Household, problem: ValidationError) -> None:
        super().__init__(" ".join(problem.messages))
        self.household = household


def enter(
    household: Household,
    given: Given,
    *,
    token: UUID,
    actor: User,
    now: datetime,
    proof: Upload | None = None,
    source: str = Quotient.Source.DESK,
    tells: bool = True,
) -> Quotient:
    """A quotient proved at the desk, with the file of its proof or seen there. The family is told, its card issued.

    The same token is the same gesture. Raises ValidationError when the proof would never count, or is known already.
    """
    with ExitStack() as files, transaction.atomic():
        household = Household.objects.select_for_update().get(pk=household.pk)
        if same := Quotient.objects.filter(token=token).first():
            return same
        _refuse_known(household, given)
        change = _before(household, given, now)
        document = _page(files, household, proof, actor, now) if proof else None
        made = _write(household, given, actor, now, token=token, proof=document, source=source)
        if tells:
            _tell(household, change.of(made), now)
            cards.issue(made, actor=actor, now=now, files=files)
        return made


def enter_many(
    entries: Sequence[tuple[Household, Given]],
    *,
    token: UUID,
    actor: User,
    now: datetime,
    source: str = Quotient.Source.DESK,
    tells: bool = True,
) -> list[Quotient]:
    """Many at once, all or none. The same token is the same gesture. Raises Refused."""
    made = []
    with transaction.atomic():
        for household, given in sorted(entries, key=lambda entry: entry[0].pk):
            own = uuid5(token, f"{household.pk} {given}")
            try:
                one = enter(household, given, token=own, actor=actor, now=now, source=source, tells=tells)
            except ValidationError as problem:
                raise Refused(household, problem) from problem
            made.append(one)
    return made


def approve(request: Request, given: Given, *, answer: str = "", actor: User, now: datetime) -> Request:
    """Accept the proof that a family sent, and enter its quotient, both or neither.

    Twice is once. Raises AlreadyDecided, ValidationError when the proof would never count.
    """
    with ExitStack() as files, transaction.atomic():
        request = decisions.held(request, Request.State.APPROVED, actor)
        if not request.is_waiting:
            return request
        household = decisions.household_of(request)
        change = _before(household, given, now)
        first = request.documents.order_by("added_at", "pk").first()
        source = Quotient.Source.FAMILY
        made = _write(household, given, actor, now, proof=first, source=source, request=request)
        cards.issue(made, actor=actor, now=now, files=files)
        told = recipients.of_household(household)
        effect = {"change": change.of(made)}
        return decisions.close(request, Request.State.APPROVED, answer.strip(), told, actor, now, effect)


def correct(quotient: Quotient, given: Given, *, token: UUID, actor: User, now: datetime) -> Quotient:
    """Another value in the place of one that was typed wrong; its proof goes with it. `given.note` says why.

    Raises Superseded when somebody was first, ValidationError when nothing changes or the proof would never count.
    """
    with ExitStack() as files, transaction.atomic():
        old, household = _held(quotient)
        if same := Quotient.objects.filter(token=token).first():
            return same
        _refuse_superseded(old)
        if _said(old) == _of(given):
            raise ValidationError(
                "Rien ne change : écrivez la valeur ou la date qui doit remplacer celle-ci."
            )
        _refuse_known(household, given)
        change = _before(household, given, now, without=old)
        made = _write(
            household, given, actor, now, token=token, proof=old.proof, source=old.source, replaces=old
        )
        _tell(household, change.of(made), now)
        cards.issue(made, actor=actor, now=now, files=files)
        return made


def withdraw(quotient: Quotient, reason: str, *, actor: User, now: datetime) -> Quotient:
    """A value that should never have been in this dossier counts no more; it stays in the history.

    Twice is once. Raises Superseded when it was replaced by another value meanwhile.
    """
    if not reason.strip():
        raise ValidationError(
            {"note": "Écrivez pourquoi cette valeur est retirée : la phrase reste dans l'historique."}
        )
    with transaction.atomic():
        old, household = _held(quotient)
        by = Quotient.objects.filter(replaces=old).first()
        if by and by.is_void:
            return by
        _refuse_superseded(old)
        given = Given(old.value, old.kind, old.proved_on, old.received_on, reason.strip()[:300])
        return _write(
            household, given, actor, now, proof=old.proof, source=old.source, replaces=old, is_void=True
        )


def note_reading(document: FamilyDocument, *, actor: User, now: datetime) -> None:
    """Somebody of the town hall read a proof: the journal of the dossier says who and when, once by ten minutes."""
    subject = document.household.journal_subject
    with transaction.atomic():
        lately = JournalEntry.objects.filter(
            subject=subject, verb="proof.read", actor=actor, at__gt=now - SAME_READING
        )
        if not any(line.after.get("document") == document.pk for line in lately):
            journal.record(
                "proof.read",
                subject,
                summary=f"Justificatif consulté : {document.title}",
                actor=actor,
                now=now,
                after={"document": document.pk},
            )


# --- what an entry changes, told to the family


@dataclass(frozen=True)
class Change:
    """What a mail says of a new value: what counts on `today`, what counted `before` it on the day it begins to."""

    quotient: Quotient
    today: date
    current: Decimal | None
    before: Decimal | None
    start: date
    end: date | None

    @property
    def begins_later(self) -> bool:
        return self.start > self.today


@dataclass(frozen=True)
class _Before:
    """The same before the value is written; None in the rules is the highest price."""

    today: date
    current: Decimal | None
    before: Decimal | None
    start: date
    end: date | None

    def of(self, made: Quotient) -> Change:
        return Change(made, self.today, self.current, self.before, self.start, self.end)


def _before(household: Household, given: Given, now: datetime, without: Quotient | None = None) -> _Before:
    rule = activities.regulation().quotient
    value = QuotientValue(given.value, given.kind, given.proved_on, given.received_on)
    start, end = validity(value, rule)
    if end is not None and end < start:
        raise ValidationError(
            {
                "proved_on": "D'après le règlement, un justificatif de cette date ne vaut plus rien à sa réception : "
                f"il s'arrête le {FRENCH.year(end)}. Demandez-en un plus récent."
            }
        )
    today = timezone.localdate(now)
    known = [v for v in quotients.proved([household])[household.pk] if not without or v.key != without.pk]
    current, before = quotient_on(known, rule, today).value, quotient_on(known, rule, start).value
    return _Before(today, current, before, start, end)


def _tell(household: Household, change: Change, now: datetime) -> None:
    for recipient in recipients.of_household(household):
        outbox.post(
            "families/mail/quotient_entered",
            to=recipient.address,
            subject=_("Votre quotient familial est enregistré"),
            context={"change": change},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )


# --- rows


def _held(quotient: Quotient) -> tuple[Quotient, Household]:
    household = Household.objects.select_for_update().get(pk=quotient.household_id)
    return Quotient.objects.select_related("proof").get(pk=quotient.pk), household


def _refuse_superseded(old: Quotient) -> None:
    if by := Quotient.objects.filter(replaces=old).first():
        raise Superseded(by)


def _said(row: Quotient) -> tuple[Any, ...]:
    return row.value, row.kind, row.proved_on, row.received_on


def _of(given: Given) -> tuple[Any, ...]:
    return given.value, given.kind, given.proved_on, given.received_on


def _refuse_known(household: Household, given: Given) -> None:
    if is_known(household, given):
        raise ValidationError("Ce justificatif est déjà enregistré dans ce dossier, avec la même valeur.")


def is_known(household: Household, given: Given) -> bool:
    """Whether the very same proof counts already."""
    return (
        Quotient.objects.counting()
        .filter(
            household=household,
            value=given.value,
            kind=given.kind,
            proved_on=given.proved_on,
            received_on=given.received_on,
        )
        .exists()
    )


def _page(
    files: ExitStack, household: Household, proof: Upload, actor: User, now: datetime
) -> FamilyDocument:
    title, kind = "Justificatif de quotient familial", FamilyDocument.Kind.PROOF
    return keep(files, household, title, proof, actor=actor, now=now, kind=kind)


def _write(household: Household, given: Given, actor: User, now: datetime, **more: Any) -> Quotient:
    made = Quotient.objects.create(
        household=household,
        value=given.value,
        kind=given.kind,
        proved_on=given.proved_on,
        received_on=given.received_on,
        note=given.note[:300],
        created_at=now,
        created_by=actor,
        **more,
    )
    old: Quotient | None = more.get("replaces")
    verb, word = "quotient.entered", "enregistré"
    if old:
        verb, word = ("quotient.withdrawn", "retiré") if made.is_void else ("quotient.corrected", "corrigé")
    why = f" : {given.note}" if old and given.note else ""
    journal.record(
        verb,
        household.journal_subject,
        summary=f"Quotient {FRENCH.plain(given.value)} ({given.kind}) {word}{why}",
        actor=actor,
        now=now,
        before=_plain(old) if old else None,
        after={} if made.is_void else _plain(made),
    )
    return made


def _plain(row: Quotient) -> dict[str, Any]:
    return {
        "value": str(row.value),
        "kind": row.kind,
        "proved_on": row.proved_on.isoformat(),
        "received_on": row.received_on.isoformat(),
        "source": str(row.source),
    }
