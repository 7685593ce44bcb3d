"""What one thing that a leader saw costs, for the screens that tell it."""

from portail.attendance.queries.facts import Fact
from portail.billing.queries.charges import computed
from portail.billing.queries.dues import Due
from portail.billing.queries.presence import may_have


def due_of(fact: Fact) -> Due | None:
    """What the regulation asks for it as things stand; None when it asks nothing, or nobody answers for it."""
    if fact.household_id is None:
        return None
    day = fact.session.date
    found = computed([fact.household_id], day, day).due
    return next((due for due in found if may_have(fact, due.key)), None)
