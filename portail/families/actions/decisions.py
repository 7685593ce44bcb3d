"""Démarches, the agents' side: to approve with its effect, to refuse with a reason, to answer with a file."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.activities.models import School, SchoolYear
from portail.core import changes, journal, outbox
from portail.core.changes import Changes
from portail.core.uploads import Upload
from portail.families import recipients
from portail.families.actions.documents import keep
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import Adult, Child, FamilyDocument, Household, Request, Schooling

Row = Household | Adult | Child | Schooling
SUBJECTS = {
    Request.State.APPROVED: _("Démarche {number} : acceptée"),
    Request.State.REFUSED: _("Démarche {number} : refusée"),
    Request.State.ANSWERED: _("Démarche {number} : le service vous répond"),
}
DONE = {
    Request.State.APPROVED: "acceptée",
    Request.State.REFUSED: "refusée",
    Request.State.ANSWERED: "répondue",
}


class CannotApply(Exception):
    """What was asked cannot be done any more: the sentence says why. The request is to be refused."""


def current_values(request: Request) -> dict[str, Any]:
    """What the fields of a change are today, as plain values; {} when its row is gone.

    An agent decides on these; `approve` compares them with what it finds.
    """
    try:
        row = _row(request)
    except CannotApply:
        return {}
    return changes.shown(row, [change["field"] for change in request.data.get("changes", [])])


def approve(
    request: Request, *, seen: Mapping[str, Any], answer: str = "", actor: User, now: datetime
) -> Request:
    """Accept a change and make it, at once. `seen`: the current values that the agent had before its eyes.

    Twice is once. Raises AlreadyDecided, EditedMeanwhile when a value moved since it was shown, CannotApply when
    there is nothing to change any more.
    """
    with transaction.atomic():
        request = held(request, Request.State.APPROVED, actor)
        if not request.is_waiting:
            return request
        household = household_of(request)
        row = _row(request, lock=True)
        made = changes.merge(row, _wanted(request), seen=seen).mine
        if isinstance(row, Schooling) and made:
            made |= changes.write(row, {"school_class": None})  # the classes are the other school's
        _journal_effect(request, row, made, actor, now)
        told = recipients.of_household(household)
        return close(request, Request.State.APPROVED, answer, told, actor, now)


def refuse(request: Request, reason: str, *, actor: User, now: datetime) -> Request:
    """Refuse, with the reason that the family reads. Twice is once. Raises AlreadyDecided, ValidationError."""
    if not reason.strip():
        raise ValidationError({"answer": "Écrivez pourquoi : la famille lira cette phrase."})
    with transaction.atomic():
        request = held(request, Request.State.REFUSED, actor)
        if not request.is_waiting:
            return request
        return close(request, Request.State.REFUSED, reason.strip(), _author(request), actor, now)


def answer(
    request: Request,
    text: str,
    uploads: Sequence[tuple[str, Upload]] = (),
    *,
    actor: User,
    now: datetime,
) -> Request:
    """Answer a question or a request for a certificate, in words, with files (title, file), or both.

    Twice is once. Raises AlreadyDecided, ValidationError when there is neither word nor file.
    """
    if not text.strip() and not uploads:
        raise ValidationError({"answer": "Écrivez une réponse, ou joignez un fichier."})
    with ExitStack() as files, transaction.atomic():
        request = held(request, Request.State.ANSWERED, actor)
        if not request.is_waiting:
            return request
        household = household_of(request)
        for title, upload in uploads:
            keep(files, household, title, upload, request=request, actor=actor, now=now)
        return close(request, Request.State.ANSWERED, text.strip(), _author(request), actor, now)


def held(request: Request, wanted: str, actor: User) -> Request:
    """The request, held. Raises AlreadyDecided when it is closed, unless by this very gesture of this very agent."""
    request = Request.objects.select_for_update().get(pk=request.pk)
    if not request.is_waiting and (request.state, request.decided_by_id) != (wanted, actor.pk):
        raise AlreadyDecided(request)
    return request


def household_of(request: Request) -> Household:
    """Its dossier, held. A démarche without one is a person's wish to be linked: see links.py."""
    if request.household_id is None:
        raise CannotApply("Cette demande ne concerne aucun dossier.")
    return Household.objects.select_for_update().get(pk=request.household_id)


def _author(request: Request) -> list[recipients.Recipient]:
    return recipients.of_author(request.author, household_of(request))


def _row(request: Request, *, lock: bool = False) -> Row:
    """The row that a change is about. Raises CannotApply when the dossier has it no more."""
    if request.data.get("about") == "household":
        return _found(Household, request.household_id, lock)
    if request.data.get("about") == "adult":
        adult = _found(Adult, request.data.get("adult"), lock)
        if adult.household_id != request.household_id:
            raise CannotApply("Cette personne n'est plus dans le dossier.")
        return adult
    child = _found(Child, request.child_id, lock)
    if not child.household_links.filter(household=request.household_id).exists():
        raise CannotApply("Cet enfant n'est plus dans le dossier.")
    if "school_year" not in request.data:
        return child
    year = _found(SchoolYear, request.data["school_year"], False)
    found = Schooling.objects.filter(child=child, school_year=year).first()
    return found or Schooling(child=child, school_year=year)


def _found(model: Any, pk: int | None, lock: bool) -> Any:
    rows = model.objects.select_for_update() if lock else model.objects
    row = rows.filter(pk=pk or 0).first()
    if row is None:
        raise CannotApply("Ce que la famille voulait changer n'existe plus.")
    return row


def _wanted(request: Request) -> dict[str, Any]:
    read: dict[str, Callable[[Any], Any]] = {"birth_date": date.fromisoformat, "school": _school}
    return {
        change["field"]: read.get(change["field"], lambda value: value)(change["new"])
        for change in request.data["changes"]
    }


def _school(pk: int) -> School:
    school = School.objects.filter(pk=pk, is_active=True).first()
    if school is None:
        raise CannotApply("Cette école n'accueille plus d'enfants.")
    return school


def _journal_effect(request: Request, row: Row, made: Changes, actor: User, now: datetime) -> None:
    """The effect, in the journal of each dossier that shares the row."""
    homes = [request.household_id]
    if request.child_id:
        links = Child.objects.get(pk=request.child_id).household_links
        homes = list(links.order_by("pk").values_list("household_id", flat=True))
    for pk in homes if made else []:
        journal.record(
            "request.applied",
            f"household:{pk}",
            summary=f"Démarche {request.number} appliquée : {row}",
            actor=actor,
            now=now,
            before=changes.before(made),
            after=changes.after(made),
        )


def close(
    request: Request,
    state: str,
    words: str,
    told: Sequence[recipients.Recipient],
    actor: User,
    now: datetime,
    effect: Mapping[str, Any] | None = None,
) -> Request:
    """Decide a request that is held, and tell whom it is told to; `effect`: what the mail says besides."""
    request.state, request.answer, request.decided_at, request.decided_by = state, words, now, actor
    request.save(update_fields=["state", "answer", "decided_at", "decided_by"])
    journal.record(
        "request.decided",
        request.journal_subject,
        summary=f"Démarche {request.journal_label} {DONE[Request.State(state)]}",
        actor=actor,
        now=now,
        after={"state": str(state), "answer": words},
    )
    files = request.documents.exclude(kind=FamilyDocument.Kind.PROOF).count()
    for recipient in told:
        outbox.post(
            "families/mail/request_decided",
            to=recipient.address,
            subject=format_lazy(SUBJECTS[Request.State(state)], number=request.number),
            context={"asked": request, "files": files, **(effect or {})},
            now=now,
            about=request.journal_subject,
            language=recipient.language,
        )
    return request
