"""A whole paper list typed at once: for each child a word and two hours, then those who were not expected."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django import forms

from portail.activities.models import Session
from portail.attendance.actions.marks import Touch
from portail.attendance.queries.lists import Row
from portail.core.forms import Form
from portail.core.forms.widgets import HourInput
from portail.rules.attendance import Kind, Presence

PRESENT, ABSENT = "present", "absent"
WORDS = [("", "—"), (PRESENT, "Présent"), (ABSENT, "Absent")]
MOST_GUESTS = 20


class TypingForm(Form):
    """What is as it was before is left alone: typing the same list twice writes it once."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    others = forms.BooleanField(label="Ceux que je laisse en blanc étaient là", required=False)
    guests = forms.CharField(
        label="Enfants qui n'étaient pas sur la liste",
        required=False,
        max_length=2000,
        help_text="Un par ligne. Le service retrouvera leur dossier.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, rows: tuple[Row, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            key, state = _key(row), row.state
            word = ABSENT if state.presence is Presence.ABSENT else PRESENT if state.came else ""
            self.fields[f"p-{key}"] = forms.ChoiceField(
                label=f"{row.name} : présence", choices=WORDS, required=False, initial=word
            )
            for name, hour, label in (("a", state.arrived, "arrivée"), ("l", state.left, "départ")):
                self.fields[f"{name}-{key}"] = forms.TimeField(
                    label=f"{row.name} : {label}", required=False, initial=hour, widget=HourInput
                )

    def lines(self) -> Iterator[tuple[Row, Any, Any, Any]]:
        """Each row with its three fields."""
        for row in self.rows:
            key = _key(row)
            yield row, self[f"p-{key}"], self[f"a-{key}"], self[f"l-{key}"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for row in self.rows:
            key = _key(row)
            arrived, left = values.get(f"a-{key}"), values.get(f"l-{key}")
            if values.get(f"p-{key}") == ABSENT and (arrived or left):
                self.add_error(f"p-{key}", f"{row.name} : effacez les heures, ou choisissez « Présent ».")
            if arrived and left and left < arrived:
                self.add_error(f"l-{key}", f"{row.name} : le départ doit suivre l'arrivée.")
        if len(self._names(values)) > MOST_GUESTS:
            self.add_error("guests", f"Écrivez {MOST_GUESTS} enfants au plus à la fois.")
        return values

    def touches(self, session: Session, now: datetime) -> list[Touch]:
        """What changes, in the order of the list; each a moment after the one before."""
        found: list[Touch] = []
        for row in self.rows:
            for kind, hour in self._said(row):
                found.append(self._touch(session, row, kind, hour, now + timedelta(milliseconds=len(found))))
        for name in self._names(self.cleaned_data):
            token = uuid5(self.cleaned_data["token"], f"guest|{name}")
            at = now + timedelta(milliseconds=len(found))
            found.append(
                Touch(
                    token,
                    session.pk,
                    Kind.UNEXPECTED,
                    at,
                    guest=token,
                    hour=session.service.starts_at,
                    text=name,
                )
            )
        return found

    def _said(self, row: Row) -> Iterator[tuple[Kind, time | None]]:
        key, state = _key(row), row.state
        word = self.cleaned_data[f"p-{key}"]
        arrived, left = self.cleaned_data[f"a-{key}"], self.cleaned_data[f"l-{key}"]
        if not word and (arrived or left):
            word = PRESENT
        if not word and self.cleaned_data["others"] and row.is_expected:
            word = PRESENT
        if word == ABSENT and state.presence is not Presence.ABSENT:
            yield Kind.ABSENT, None
        if word != PRESENT:
            return
        came_again = not state.came
        if arrived and (came_again or arrived != state.arrived):
            yield Kind.ARRIVED, arrived
        elif came_again and not left:
            yield Kind.PRESENT, None
        if left and (came_again or left != state.left or arrived != state.arrived):
            yield Kind.LEFT, left

    def _touch(self, session: Session, row: Row, kind: Kind, hour: time | None, at: datetime) -> Touch:
        token = uuid5(self.cleaned_data["token"], f"{_key(row)}|{kind}|{hour}")
        last = row.state.last
        against = last is not None and (last.kind is Kind.ABSENT) != (kind is Kind.ABSENT)
        same = last is not None and last.kind is kind
        return Touch(
            token,
            session.pk,
            kind,
            at,
            child_id=row.who if isinstance(row.who, int) else None,
            guest=row.who if isinstance(row.who, UUID) else None,
            hour=hour,
            target=last.token if last is not None and (against or same) else None,
        )

    @staticmethod
    def _names(values: dict[str, Any]) -> list[str]:
        return [line.strip()[:300] for line in (values.get("guests") or "").splitlines() if line.strip()]


def _key(row: Row) -> str:
    return row.who.hex if isinstance(row.who, UUID) else str(row.who)
