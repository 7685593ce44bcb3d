"""The price of each day of the planning, in small."""

from decimal import Decimal

from portail import rules
from portail.bookings.queries.known import Asked
from portail.bookings.queries.prices import Prices, unknown_told
from portail.bookings.queries.sessions import Row
from portail.bookings.standing import Said, Standing, State

_PRICED = frozenset({State.FREE, State.BOOKED, State.WAITING, State.OFFERED})


class Tags:
    """The prices of one household's cells. `unknown`: the services whose price waits for something, and why."""

    def __init__(self, household_id: int, prices: Prices) -> None:
        self.household_id, self.prices = household_id, prices
        self.unknown: dict[str, Said] = {}

    def of(self, row: Row, standing: Standing) -> tuple[Decimal | None, bool]:
        """The price of the day, and whether it is part of a package."""
        if standing.state not in _PRICED or not self.prices.are_set:
            return None, False
        column, facts = row.column, row.facts
        hours = facts.hours if facts.own else None
        asked = Asked(self.household_id, column.child_id, column.activity_id, column.code, facts.date, hours)
        priced = self.prices.alone(asked)
        if priced.price is None:
            if priced.unknown is not None:
                self.unknown.setdefault(column.short_name, unknown_told(priced.unknown))
            return None, False
        if standing.has_surcharge and not facts.own:
            late = self.prices.surcharge(priced.price, rules.Action.BOOK, asked)
            return priced.price.amount + (late[1].amount if late else 0), False
        if priced.package is not None and not priced.price.amount:
            return None, True
        return priced.price.amount, False
