"""What a family reads of its own quotient: what counts, until when, what is missing, from when a proof would count."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portail.activities import queries as activities
from portail.families import quotients
from portail.families.models import Household
from portail.families.quotients import Standing
from portail.rules.asking import asks_quotients
from portail.rules.quotients import QuotientRule


@dataclass(frozen=True)
class Shown:
    """`counts_from`: from when a proof sent on the day of the standing would count; `late`: what coming late means."""

    standing: Standing
    rule: QuotientRule
    counts_from: date
    late: str

    @property
    def default(self) -> Decimal | None:
        """What counts without proof; None: the highest price."""
        return self.rule.missing

    @property
    def last_day(self) -> date | None:
        """The last day before the renewal."""
        renewal = self.standing.renewal
        return renewal - timedelta(days=1) if renewal else None


def shown(household: Household, day: date) -> Shown | None:
    """This household's quotient as it stands; None where the regulation asks for none and none is known."""
    regulation = activities.regulation()
    rule = regulation.quotient
    standing = quotients.standing_of(household, rule, on=day)
    if standing.found.proved is None and not asks_quotients(regulation):
        return None
    return Shown(standing, rule, quotients.starts_if_received(rule, day), quotients.late(rule))
