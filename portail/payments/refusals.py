"""Why the cash desk says no, in words to read: what, why, and what to do now."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError

from portail.core.money import ZERO
from portail.core.templatetags.ui import in_words, money

MOST = Decimal("99999.99")
"""The most that one entry of an account may hold, in euros."""

OLDEST = timedelta(days=366)


class Refused(ValidationError):
    """Nothing was written. Its messages are for the agent, by field when it knows which."""


class AccountMoved(Refused):
    """The account is no longer as the form showed it. `balance`: what it is now, in euros."""

    def __init__(self, balance: Decimal) -> None:
        self.balance = balance
        super().__init__(
            f"Ce compte a changé pendant que vous saisissiez : {balance_words(balance)}. "
            "Rien n'est enregistré. Relisez ce qui est dû, puis validez de nouveau."
        )


def balance_words(balance: Decimal) -> str:
    """« il doit 48,30 € », « il a 12,00 € d'avance », « il est à jour »."""
    if balance > 0:
        return f"il doit {money(balance)}"
    return f"il a {money(-balance)} d'avance" if balance < 0 else "il est à jour"


def check_amount(amount: Decimal, field: str = "amount") -> None:
    """Raises Refused for nothing, for less, and for more than any account holds."""
    if amount <= ZERO:
        raise Refused({field: "Écrivez un montant plus grand que zéro, par exemple 48,30."})
    if amount > MOST:
        raise Refused({field: f"Écrivez un montant d'au plus {money(MOST)}."})


def check_recent(day: date, today: date, field: str) -> None:
    """Raises Refused for a day to come, and for one so old that its year must be mistyped."""
    check_not_later(day, today, field)
    if day < today - OLDEST:
        raise Refused({field: "Cette date a plus d'un an : vérifiez l'année."})


def check_not_later(day: date, today: date, field: str) -> None:
    if day > today:
        raise Refused(
            {
                field: f"Le {in_words(day, 'year')} n'est pas encore venu : "
                "indiquez aujourd'hui ou un jour passé."
            }
        )
