"""What the marks say, read for one list or for many."""

from collections.abc import Hashable, Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from portail.attendance.models import Mark
from portail.rules import attendance as rules
from portail.rules.attendance import State

COLUMNS = ("session_id", "token", "child_id", "guest", "kind", "at", "hour", "target", "text")


def states(
    sessions: Iterable[int], *, children: Iterable[int] | None = None
) -> dict[int, dict[Hashable, State]]:
    """By session, then by child (its id) or by guest (its token): where everybody is. One query.

    With `children`, of these alone.
    """
    found = Mark.objects.filter(session__in=list(sessions))
    if children is not None:
        found = found.filter(child__in=list(children))
    return folded(found)


def folded(marks: QuerySet[Mark]) -> dict[int, dict[Hashable, State]]:
    """The same, of any marks: all those of a child in a session, or none."""
    by_session: dict[int, list[rules.Mark]] = {}
    for row in marks.order_by().values_list(*COLUMNS, "author_label", "device"):
        by_session.setdefault(row[0], []).append(_mark(*row[1:]))
    return {session: rules.fold(rows) for session, rows in by_session.items()}


def _mark(token, child, guest, kind, at, hour, target, text, author, device) -> rules.Mark:
    source = f"{author}, {device}" if device else author
    who = child if child is not None else guest
    return rules.Mark(
        token, who, rules.Kind(kind), timezone.localtime(at), hour, target, text=text, source=source
    )


def history(session_id: int, who: Hashable) -> QuerySet[Mark]:
    """All that was touched of a child, or of a guest, in a session: undone marks too, the latest first."""
    own = Q(child=who) if isinstance(who, int) else Q(guest=who)
    return Mark.objects.filter(own, session=session_id).order_by("-at", "-token")
