"""What each role of the town hall may do. One table, read by the desk's access and its menu."""

from enum import Enum, auto

from portail.accounts.models import Role, User


class Right(Enum):
    READ_FAMILIES = auto()
    EDIT_FAMILIES = auto()
    DECIDE_REQUESTS = auto()
    BOOK = auto()
    EXCEED_PLACES = auto()
    READ_SESSIONS = auto()
    MANAGE_ACTIVITIES = auto()
    PUBLISH = auto()
    MANAGE_MAILS = auto()
    MANAGE_USERS = auto()
    MANAGE_SETTINGS = auto()
    READ_BILLING = auto()
    BILL = auto()
    TAKE_PAYMENTS = auto()
    REFUND = auto()
    WRITE_OFF = auto()
    READ_HEALTH = auto()
    READ_MEALS = auto()
    ORDER_MEALS = auto()
    TAKE_ATTENDANCE = auto()
    """In the places of one's assignments; in all of them with EVERY_PLACE."""
    EVERY_PLACE = auto()
    TYPE_LATE = auto()
    """The lists of days gone by."""


_AGENT = {
    Right.READ_FAMILIES,
    Right.EDIT_FAMILIES,
    Right.DECIDE_REQUESTS,
    Right.BOOK,
    Right.EXCEED_PLACES,
    Right.READ_SESSIONS,
    Right.MANAGE_ACTIVITIES,
    Right.PUBLISH,
    Right.MANAGE_MAILS,
    Right.READ_BILLING,
    Right.BILL,
    Right.TAKE_PAYMENTS,
    Right.READ_HEALTH,
    Right.READ_MEALS,
    Right.ORDER_MEALS,
    Right.TAKE_ATTENDANCE,
    Right.EVERY_PLACE,
    Right.TYPE_LATE,
}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.FAMILY: frozenset(),
    Role.READER: frozenset({Right.READ_FAMILIES, Right.READ_SESSIONS, Right.READ_MEALS}),
    Role.LEADER: frozenset({Right.READ_SESSIONS, Right.READ_HEALTH, Right.READ_MEALS, Right.TAKE_ATTENDANCE}),
    Role.KITCHEN: frozenset({Right.READ_MEALS, Right.ORDER_MEALS}),
    Role.CASH_OFFICER: frozenset(
        {
            Right.READ_FAMILIES,
            Right.READ_SESSIONS,
            Right.READ_BILLING,
            Right.BILL,
            Right.TAKE_PAYMENTS,
            Right.REFUND,
            Right.WRITE_OFF,
        }
    ),
    Role.AGENT: frozenset(_AGENT),
    Role.ADMINISTRATOR: frozenset(Right),
}


def has_right(user: User, right: Right) -> bool:
    """Whether this person may do this. A family account has no right at the desk."""
    return right in RIGHTS[user.role]
