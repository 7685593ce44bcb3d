"""What of a draft deserves a look: found while it is written, mended, or accepted with a reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from django.db import transaction

from portail import rules
from portail.accounts.models import User
from portail.billing.models import Account, Anomaly, Charge, Invoice, InvoiceRun
from portail.billing.queries.dues import Due, Dues, Gap
from portail.billing.queries.laws import Law
from portail.core import journal
from portail.core.money import ZERO
from portail.core.templatetags.ui import money
from portail.families.models import Adult, Child

if TYPE_CHECKING:
    from portail.billing.actions.drafting import Drafted

Severity = Anomaly.Severity
USUAL = 6
"""How many past invoices make the usual amount."""
WORTH_A_LOOK = Decimal(30)
"""Under this many euros, twice the usual is nobody's worry."""


class Code(StrEnum):
    """What may be wrong, the worst first."""

    NO_RULE = "no_rule"
    NEGATIVE = "negative"
    CLOSED = "closed"
    CHANGED = "changed"
    NO_QUOTIENT = "no_quotient"
    TWICE = "twice"
    NO_ADDRESS = "no_address"
    CATCH_UP = "catch_up"
    TOO_LITTLE = "too_little"


SEVERITIES = {
    Code.NO_RULE: Severity.BLOCKING,
    Code.NEGATIVE: Severity.BLOCKING,
    Code.CLOSED: Severity.WARNING,
    Code.CHANGED: Severity.WARNING,
    Code.NO_QUOTIENT: Severity.WARNING,
    Code.TWICE: Severity.WARNING,
    Code.NO_ADDRESS: Severity.WARNING,
    Code.CATCH_UP: Severity.WARNING,
    Code.TOO_LITTLE: Severity.NOTE,
}
LABELS = {
    Code.NO_RULE: "Prix inconnu",
    Code.NEGATIVE: "Montant négatif",
    Code.CLOSED: "Dossier clos",
    Code.CHANGED: "Changé depuis le brouillon",
    Code.NO_QUOTIENT: "Sans quotient",
    Code.TWICE: "Deux fois l'habitude",
    Code.NO_ADDRESS: "Adresse manquante",
    Code.CATCH_UP: "Rattrapage",
    Code.TOO_LITTLE: "Sous le minimum",
}
WITHOUT_QUOTIENT = ("quotient.missing", "quotient.default")


class ReasonNeeded(ValueError):
    """An anomaly is accepted with a reason, which the journal keeps."""


@dataclass(frozen=True)
class Seen:
    """Something that deserves a look, not written yet."""

    household_id: int
    code: Code
    message: str
    child_id: int | None = None


class Watch:
    """Looks at the drafts of a batch. Three queries, whatever the number of households."""

    def __init__(
        self, run: InvoiceRun, by: Law, children: Mapping[int, Child], changed: Collection[int] = ()
    ) -> None:
        self.run, self.by, self.children, self.changed = run, by, children, changed

    def look(
        self, made: Iterable["Drafted"], found: Dues, accounts: Mapping[int, Account]
    ) -> list[tuple[Account, Seen]]:
        """What is seen in these drafts, with the account that it is about."""
        drafts = [drafted for drafted in made if drafted.household.pk in accounts]
        usual = _usual(accounts.values())
        addressed = set(
            Adult.objects.filter(household__in=list(accounts))
            .exclude(email="", user=None)
            .values_list("household_id", flat=True)
        )
        gaps: dict[int, list[Gap]] = defaultdict(list)
        for gap in found.gaps:
            gaps[gap.household_id].append(gap)
        seen: list[tuple[Account, Seen]] = []
        for drafted in drafts:
            household_id = drafted.household.pk
            account = accounts[household_id]
            looks = list(self._gaps(gaps[household_id]))
            if drafted.lines:
                looks += self._amounts(drafted, usual.get(account.pk))
                looks += self._dossier(drafted, has_mail=household_id in addressed)
            seen += [(account, look) for look in looks]
        return seen

    def _gaps(self, gaps: list[Gap]) -> Iterable[Seen]:
        by_child: dict[tuple[int, int], list[Gap]] = defaultdict(list)
        for gap in gaps:
            by_child[gap.child_id, gap.service_id].append(gap)
        for (child_id, _), found in by_child.items():
            days = ", ".join(rules.FRENCH.short(gap.day) for gap in found[:3])
            more = f" et {len(found) - 3} autres jours" if len(found) > 3 else ""
            text = f"{self.children[child_id].first_name} : {found[0].why} ({days}{more})."
            yield Seen(found[0].household_id, Code.NO_RULE, text, child_id)

    def _amounts(self, drafted: "Drafted", usual: Decimal | None) -> Iterable[Seen]:
        pk, amount = drafted.household.pk, drafted.amount
        if amount < 0:
            yield Seen(
                pk, Code.NEGATIVE, f"La facture serait de {money(amount)} : le service doit à la famille."
            )
        if 0 < amount < self.by.regulation.billing.minimum:
            yield Seen(
                pk,
                Code.TOO_LITTLE,
                f"{money(amount)} : sous le minimum de {money(self.by.regulation.billing.minimum)}, "
                "ce montant attend la prochaine facturation.",
            )
        if usual and amount > WORTH_A_LOOK and amount > 2 * usual:
            yield Seen(pk, Code.TWICE, f"{money(amount)}, alors que l'habitude est de {money(usual)}.")
        late = [item for item in drafted.items if isinstance(item, Due) and item.is_catch_up]
        months = sorted({item.day.replace(day=1) for item in late})
        if months:
            told = ", ".join(f"{rules.FRENCH.months[m.month - 1]} {m.year}" for m in months)
            total = sum((item.amount for item in late), ZERO)
            yield Seen(pk, Code.CATCH_UP, f"{money(total)} d'un mois passé sont ajoutés : {told}.")

    def _dossier(self, drafted: "Drafted", *, has_mail: bool) -> Iterable[Seen]:
        household = drafted.household
        if household.closed_at is not None:
            yield Seen(household.pk, Code.CLOSED, "Le dossier est clos : vérifiez où envoyer la facture.")
        if any(_lacks_quotient(item) for item in drafted.items):
            yield Seen(
                household.pk,
                Code.NO_QUOTIENT,
                "Aucun quotient justifié : le tarif sans justificatif est appliqué.",
            )
        is_posted = not (household.invoices_by_mail and has_mail)
        if is_posted and not (household.street and household.postcode and household.city):
            yield Seen(
                household.pk,
                Code.NO_ADDRESS,
                "Ni adresse complète, ni envoi par courriel : la facture ne partirait pas.",
            )
        if household.pk in self.changed:
            yield Seen(
                household.pk, Code.CHANGED, "Quelque chose a changé depuis le brouillon : il a été refait."
            )

    def write(self, seen: list[tuple[Account, Seen]], households: Iterable[int]) -> None:
        """Write them instead of those that were there; what was accepted word for word stays accepted."""
        before = Anomaly.objects.filter(run=self.run, account__household__in=list(households))
        accepted: dict[tuple[object, ...], Anomaly] = {
            (a.account_id, a.child_id, a.code, a.message): a for a in before.exclude(accepted_at=None)
        }
        before.delete()
        Anomaly.objects.bulk_create([self._row(account, look, accepted) for account, look in seen])

    def _row(self, account: Account, seen: Seen, accepted: Mapping[tuple[object, ...], Anomaly]) -> Anomaly:
        message = seen.message[:400]
        same = accepted.get((account.pk, seen.child_id, str(seen.code), message))
        return Anomaly(
            run=self.run,
            account=account,
            child_id=seen.child_id,
            code=str(seen.code),
            severity=SEVERITIES[seen.code],
            message=message,
            accepted_at=same.accepted_at if same else None,
            accepted_by_id=same.accepted_by_id if same else None,
            accepted_because=same.accepted_because if same else "",
        )


def _lacks_quotient(item: Due | Charge) -> bool:
    """Priced without proof, where the price depends on it."""
    quotient = item.inputs.get("quotient")
    if not quotient or quotient["code"] not in WITHOUT_QUOTIENT:
        return False
    axes = (step["params"].get("axis") for step in item.explanation.get("steps", ()))
    return any(isinstance(axis, dict) and axis["code"] == "axis.quotient" for axis in axes)


def _usual(accounts: Iterable[Account]) -> dict[int, Decimal]:
    """The median of the last invoices of those who have two at least, by account."""
    rows = (
        Invoice.objects.filter(account__in=list(accounts), number__isnull=False, amount__gt=0)
        .order_by("-number")
        .values_list("account_id", "amount")
    )
    found: dict[int, list[Decimal]] = defaultdict(list)
    for account_id, amount in rows:
        if len(found[account_id]) < USUAL:
            found[account_id].append(amount)
    return {pk: median(amounts) for pk, amounts in found.items() if len(amounts) > 1}


def accept(anomalies: Iterable[Anomaly], reason: str, *, actor: User, now: datetime) -> int:
    """Accept these as they are, for this reason; how many were not accepted yet. Raises ReasonNeeded."""
    reason = reason.strip()
    if not reason:
        raise ReasonNeeded
    with transaction.atomic():
        rows = list(
            Anomaly.objects.select_for_update(of=("self",))
            .filter(pk__in=[a.pk for a in anomalies], accepted_at=None)
            .select_related("run", "account__household")
            .order_by("pk")
        )
        Anomaly.objects.filter(pk__in=[a.pk for a in rows]).update(
            accepted_at=now, accepted_by=actor, accepted_because=reason[:300]
        )
        journal.record_many(
            "anomaly.accepted",
            [
                (
                    f"invoicerun:{a.run_id}",
                    f"Anomalie acceptée ({LABELS[Code(a.code)]}) : {reason}",
                    {"anomaly": a.pk, "account": a.account_id},
                )
                for a in rows
            ],
            actor=actor,
            now=now,
        )
    return len(rows)
