"""What a row of a list offers to touch, and its hours in words."""

from dataclasses import dataclass

from django import template

from portail.core.templatetags.ui import hour
from portail.rules.attendance import Kind, Mark, Presence, State

register = template.Library()


@dataclass(frozen=True)
class Touch:
    """A button. `is_on`: it says what is; touching it again takes that back."""

    tone: str
    value: str
    word: str
    is_on: bool = False


@register.filter
def touches(state: State, keeps_hours: bool = False) -> list[Touch]:
    """Two buttons, always in the same place: he is here, and he is not (absent, or gone)."""
    here = Kind.ARRIVED if keeps_hours else Kind.PRESENT
    undo = f"undo:{state.last.token.hex}" if state.last else ""
    against = f":{state.last.token.hex}" if state.last else ""
    match state.presence:
        case Presence.PRESENT:
            return [Touch("ok", undo, "Présent", True), Touch("info", Kind.LEFT, "Parti")]
        case Presence.LEFT:
            return [Touch("ok", Kind.PRESENT + against, "Revenu"), Touch("info", undo, "Parti", True)]
        case Presence.ABSENT:
            return [Touch("ok", here + against, "Présent"), Touch("bad", undo, "Absent", True)]
        case _:
            return [Touch("ok", here, "Présent"), Touch("bad", Kind.ABSENT, "Absent")]


@register.filter
def hours(state: State) -> str:
    """« 8 h 02 à 18 h 12 », « dès 8 h 02 », « jusqu'à 18 h 12 »."""
    if state.arrived and state.left:
        return f"{hour(state.arrived)} à {hour(state.left)}"
    if state.arrived:
        return f"dès {hour(state.arrived)}"
    return f"jusqu'à {hour(state.left)}" if state.left else ""


_WORDS = {
    Presence.WAITED: "À pointer",
    Presence.PRESENT: "Présent",
    Presence.LEFT: "Parti",
    Presence.ABSENT: "Absent",
}
_KINDS = {
    Kind.PRESENT: "Présent",
    Kind.ABSENT: "Absent",
    Kind.ARRIVED: "Arrivé",
    Kind.LEFT: "Parti",
    Kind.UNEXPECTED: "Là sans être attendu",
    Kind.NOTE: "Note",
}


@register.filter
def said(state: State) -> str:
    """Where the child is, in one word."""
    return _WORDS[state.presence]


@register.filter
def word(kind: Kind) -> str:
    """What was touched, in one word."""
    return _KINDS.get(kind, "")


@register.filter
def opinions(state: State) -> list[Mark]:
    """What was said last, and what is said against it."""
    against = {mark.token for mark in state.conflict}
    claims = [mark for mark in state.marks if mark.kind is not Kind.NOTE]
    return [mark for mark in claims if mark.token in against or mark is claims[-1]]
