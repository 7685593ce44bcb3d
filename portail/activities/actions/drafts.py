"""What an administrator tries before applying it: kept, compared anew, dropped."""

from datetime import datetime

from django.db import transaction

from portail import rules
from portail.accounts.models import User
from portail.activities.models import RegulationDraft
from portail.core import journal


def draft_of(owner: User) -> RegulationDraft | None:
    """What this person is writing, if anything."""
    return RegulationDraft.objects.filter(owner=owner).first()


def keep_draft(text: str, *, over: int, actor: User, now: datetime) -> RegulationDraft:
    """Keep a text as the draft of whoever writes it, in the place of the one before.

    Raises SettingsErrors when it cannot be used. The same text kept again changes nothing.
    """
    rules.parse(text)
    with transaction.atomic():
        draft = RegulationDraft.objects.select_for_update().filter(owner=actor).first()
        if draft and (draft.text, draft.over) == (text, over):
            return draft
        values = {"text": text, "over": over, "saved_at": now}
        draft, _ = RegulationDraft.objects.update_or_create(owner=actor, defaults=values)
        _record("regulation.draft_kept", "Règlement, brouillon gardé", actor, now, over)
    return draft


def drop_draft(*, actor: User, now: datetime) -> bool:
    """Throw the draft away; False when there was none."""
    with transaction.atomic():
        count, _ = RegulationDraft.objects.filter(owner=actor).delete()
        if count:
            _record("regulation.draft_dropped", "Règlement, brouillon abandonné", actor, now, None)
    return count > 0


def _record(verb: str, summary: str, actor: User, now: datetime, over: int | None) -> None:
    journal.record(
        verb,
        f"regulation-draft:{actor.pk}",
        summary=summary,
        actor=actor,
        now=now,
        after={} if over is None else {"version": over},
    )
