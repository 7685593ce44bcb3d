"""The till counted on an evening, against what should be there."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.core import journal
from portail.core.money import ZERO
from portail.core.templatetags.ui import in_words, money
from portail.payments.models import CashCount
from portail.payments.queries.till import cash_expected
from portail.payments.refusals import MOST, Refused, check_recent

FACES = tuple(
    Decimal(face)
    for face in (
        "500.00", "200.00", "100.00", "50.00", "20.00", "10.00", "5.00",
        "2.00", "1.00", "0.50", "0.20", "0.10", "0.05", "0.02", "0.01",
    )
)  # fmt: skip


def worth(pieces: Mapping[Decimal, int]) -> Decimal:
    """What so many notes and coins of each face are worth, in euros."""
    return sum((face * number for face, number in pieces.items()), ZERO)


def count(
    day: date,
    pieces: Mapping[Decimal, int],
    *,
    float_amount: Decimal,
    note: str = "",
    token: UUID,
    actor: User | None,
    now: datetime,
) -> CashCount:
    """Keep what was counted beside what was expected; a difference must be explained.

    Counting a day again is allowed, the last count stands; a day before the last one counted is not. The same `token`
    gives the same count. Raises Refused.
    """
    with transaction.atomic():
        if done := CashCount.objects.filter(token=token).first():
            return done
        check_recent(day, timezone.localdate(now), "day")
        later = CashCount.objects.filter(day__gt=day).order_by("day").first()
        if later:
            raise Refused(
                {
                    "day": f"La caisse a déjà été comptée le {in_words(later.day, 'year')} : comptez un jour suivant."
                }
            )
        counted, expected = worth(pieces), float_amount + cash_expected(day)
        if counted > MOST or not ZERO <= float_amount <= MOST:
            raise Refused("Vérifiez les nombres : ils dépassent ce qu'une caisse peut contenir.")
        if counted != expected and not note.strip():
            raise Refused({"note": f"Il y a {_gap(counted - expected)} : recomptez, ou dites pourquoi."})
        found = CashCount.objects.create(
            day=day,
            float_amount=float_amount,
            pieces={f"{face:.2f}": number for face, number in pieces.items() if number},
            counted=counted,
            expected=expected,
            note=note.strip()[:300],
            token=token,
            created_at=now,
            created_by=actor,
        )
        journal.record(
            "till.counted",
            f"till:{found.pk}",
            summary=f"Caisse du {in_words(day, 'year')} : {money(counted)} pour {money(expected)} attendus",
            actor=actor,
            now=now,
            after={"counted": str(counted), "expected": str(expected), "note": found.note},
        )
    return found


def _gap(difference: Decimal) -> str:
    return f"{money(abs(difference))} {'de trop' if difference > 0 else 'de moins que prévu'}"
