"""Who looked at what is private: a line of the journal for each list, or child, and person and day."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portail import rules
from portail.accounts.models import User
from portail.activities.models import Session
from portail.attendance.models import Reading
from portail.core import journal
from portail.core.text import de
from portail.families.models import Child


def note_health(session: Session, *, actor: User, now: datetime) -> bool:
    """The health of the children of this list is shown; whether it is the first time today."""
    return _note(Reading.What.HEALTH, session, None, actor, now)


def note_pick_up(session: Session, child: Child | None, *, actor: User, now: datetime) -> bool:
    """Whom to call and who may fetch this child, or all those of the list, is shown; whether it is the first time
    today."""
    return _note(Reading.What.PICK_UP, session, child, actor, now)


def _note(what: Reading.What, session: Session, child: Child | None, actor: User, now: datetime) -> bool:
    seen: dict[str, Any] = {
        "what": what,
        "user": actor,
        "session": session,
        "child": child,
        "day": timezone.localdate(now),
    }
    if Reading.objects.filter(**seen).exists():
        return False  # read without a transaction: on SQLite it would wait for whoever writes
    with transaction.atomic():
        _, is_new = Reading.objects.get_or_create(**seen)
        if is_new:
            _tell(what, session, child, actor, now)
    return is_new


def _tell(what: Reading.What, session: Session, child: Child | None, actor: User, now: datetime) -> None:
    where = f"{session.service} · {session.place}, {rules.FRENCH.year(session.date)}"
    if what == Reading.What.HEALTH:
        verb, said = "health.read", "Régimes, allergies et PAI consultés"
    else:
        verb, said = "pick_up.read", "Personnes à appeler et à qui confier consultées"
    lines: list[tuple[str, str, dict[str, Any]]] = [(f"session:{session.pk}", f"{said} : {where}", {})]
    if child is not None:
        homes = child.household_links.order_by("pk").values_list("household_id", flat=True)
        lines = [(f"household:{pk}", f"{said} : fiche {de(child)}, {where}", {}) for pk in homes]
    journal.record_many(verb, lines, actor=actor, now=now)
