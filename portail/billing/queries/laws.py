"""By which rules charges are computed."""

from dataclasses import dataclass
from functools import cached_property

from portail import rules
from portail.billing.queries.prices import Pricer


@dataclass(frozen=True)
class Law:
    """A regulation, the key of its version (None: the file we ship) and the calendar."""

    regulation: rules.Regulation
    version: int | None
    calendar: rules.Calendar

    @cached_property
    def pricer(self) -> Pricer:
        return Pricer(self.regulation)
