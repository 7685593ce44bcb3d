"""What recaps, receipts and mails say of prices: each change's, the difference, and why, told once for those alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portail import rules
from portail.bookings import standing
from portail.bookings.costs import Cost, Difference
from portail.bookings.models import ReceiptLine
from portail.bookings.queries.prices import unknown_told
from portail.bookings.recap import Change
from portail.core import sentences
from portail.core.money import ZERO
from portail.core.templatetags.ui import money
from portail.rules import read_sentence

register = template.Library()


@dataclass(frozen=True)
class Reason:
    """Why the changes of a child and a service have their price, added or taken off; `unknown`: they have none yet."""

    label: str
    price: str
    steps: tuple[str, ...]
    unknown: str = ""


@register.filter
def price_of(changed: Change | ReceiptLine) -> str:
    """« + 3,20 € », « − 3,20 € », « prix à venir »; empty where no rule tells prices."""
    if isinstance(changed, ReceiptLine):
        amount, known = changed.price, bool(changed.explanation)
    elif changed.cost is None:
        return ""
    else:
        amount, known = changed.cost.amount, True
    if amount is None:
        return _("prix à venir") if known else ""
    return money(amount, "+")


@register.filter
def price_reasons(changed: Iterable[Change] | Iterable[ReceiptLine]) -> list[Reason]:
    """Each different reason once: those of a child's canteen are mostly the same all month."""
    found: dict[Reason, None] = {}
    seen: set[object] = set()
    for one in changed:
        if isinstance(one, Change) and one.cost is not None:  # those alike are put into words once
            alike = (one.child.pk, one.session.service_id, one.cost.amount, one.cost.steps, one.cost.unknown)
            if alike in seen:
                continue
            seen.add(alike)
        reason = _of_line(one) if isinstance(one, ReceiptLine) else _of_change(one)
        if reason is not None:
            found.setdefault(reason, None)
    return list(found)


def _of_change(change: Change) -> Reason | None:
    if change.cost is None:
        return None
    label = f"{change.child.first_name} · {change.session.service.name}"
    cost: Cost = change.cost
    if cost.amount is None:
        return Reason(label, "", (), _unknown(cost.unknown))
    return Reason(label, money(abs(cost.amount)), tuple(sentences.said(step) for step in cost.steps))


def _of_line(line: ReceiptLine) -> Reason | None:
    kept: dict[str, Any] = line.explanation
    if not kept:
        return None
    label = f"{line.booking.child.first_name} · {line.booking.session.service.name}"
    if line.price is None:
        return Reason(label, "", (), _unknown(read_sentence(kept.get("unknown", {}))))
    return Reason(
        label, money(line.price, "+"), tuple(sentences.told(step) for step in kept.get("steps", ()))
    )


def _unknown(missing: rules.Sentence | None) -> str:
    return standing.said(unknown_told(missing)) if missing else _("Le prix n'est pas encore fixé")


@register.filter
def difference_told(difference: Difference | None) -> str:
    """« + 8,74 € »; « pas de différence de prix »."""
    if difference is None:
        return ""
    return total_told(difference.total)


@register.filter
def total_told(total: Decimal | None) -> str:
    if total is None:
        return ""
    return money(total, "+") if total else _("pas de différence de prix")


@register.filter
def difference_notes(difference: Difference | None) -> list[str]:
    """What the total holds beside the prices of the days, and what it does not hold."""
    if difference is None:
        return []
    notes = [
        _("%(package)s : %(amount)s") % {"package": name, "amount": money(amount, "+")}
        for name, amount in difference.packages
    ]
    if difference.others:
        notes.append(
            _("Le prix d'autres jours déjà réservés change : %(amount)s")
            % {"amount": money(difference.others, "+")}
        )
    if difference.unknown:
        notes.append(
            ngettext(
                "Sans compter un prix qui sera connu plus tard",
                "Sans compter %(count)s prix qui seront connus plus tard",
                difference.unknown,
            )
            % {"count": difference.unknown}
        )
    return notes


@register.filter
def rest_of(total: Decimal | None, lines: Iterable[ReceiptLine]) -> str:
    """What a receipt's total holds beside its lines: packages, and other days whose price changed; empty: nothing."""
    if total is None:
        return ""
    rest = total - sum((line.price for line in lines if line.price is not None), ZERO)
    return money(rest, "+") if rest else ""
