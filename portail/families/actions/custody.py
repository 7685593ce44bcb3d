"""The custody of a child between two households: proposed by a parent and accepted by the other, or decided at the
desk.

Each is written in the journal of both dossiers and told to both by mail, in words that say « chez vous » and « dans
l'autre foyer »: nothing of a dossier is told to the other. What a change does to bookings is the affair of a room above
(`bookings.actions.custody`), which calls these.
"""

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.core import journal
from portail.families import custody
from portail.families.custody import Holidays
from portail.families.custody_mails import Event, tell
from portail.families.models import Child, CustodyTerm, Household, HouseholdChild
from portail.families.models.custody import forbidden
from portail.rules.custody import Calendar, Exchange
from portail.rules.custody_text import written

Kind, State = CustodyTerm.Kind, CustodyTerm.State
REPLACED = "Remplacé par une autre proposition."
DECIDED_ELSEWHERE = "Le service a fixé un autre calendrier."


class NotShared(Exception):
    """The child has not two households today that both see it: there is nothing to share."""


class AnswerFirst(Exception):
    """The other parent proposed a calendar that still waits for an answer."""

    def __init__(self, term: CustodyTerm) -> None:
        super().__init__("another calendar waits")
        self.term = term


class AlreadyDecided(Exception):
    """Somebody was first; `term` is how it stands now."""

    def __init__(self, term: CustodyTerm) -> None:
        super().__init__(term.state)
        self.term = term


def homes_of(child: Child, day: date) -> tuple[int, int]:
    """The two households that look after the child that day, by their keys, in order. Raises NotShared."""
    links = HouseholdChild.objects.filter(child=child, since__lte=day).exclude(until__lt=day)
    found = sorted(
        links.filter(~forbidden("seeing", day), can_see=True).values_list("household_id", flat=True)
    )
    if len(found) != 2:
        raise NotShared
    return found[0], found[1]


def propose_calendar(
    child: Child,
    household: Household,
    calendar: Calendar,
    *,
    token: UUID,
    author: User,
    now: datetime,
    message: str = "",
) -> CustodyTerm:
    """Ask the other parent for this calendar, of which home "a" is the household with the lower key (`homes_of`).

    A proposal of one's own that waited is replaced. The same token is the same proposal. Raises NotShared, AnswerFirst,
    ValidationError for a calendar that begins before today.
    """
    with transaction.atomic():
        child = _locked(child)
        if done := _done(token):
            return done
        homes = homes_of(child, timezone.localdate(now))
        _not_before(calendar.since, now)
        waiting = CustodyTerm.objects.waiting().filter(child=child, kind=Kind.CALENDAR).first()
        if waiting and waiting.proposed_by_id != household.pk:
            raise AnswerFirst(waiting)
        if waiting:
            _close(waiting, State.WITHDRAWN, author, now, REPLACED)
        term = _term(child, homes, calendar, token=token, author=author, now=now, message=message)
        return _propose(term, household, author, now)


def propose_exchange(
    child: Child,
    household: Household,
    exchange: Exchange,
    *,
    holidays: Holidays,
    token: UUID,
    author: User,
    now: datetime,
    message: str = "",
) -> CustodyTerm:
    """Ask the other parent to have these days otherwise. Raises NotShared; ValidationError when a day is past, when no
    calendar is in force, or when nothing would change."""
    with transaction.atomic():
        child = _locked(child)
        if done := _done(token):
            return done
        homes = homes_of(child, timezone.localdate(now))
        known = custody.of_children([child.pk]).get(child.pk, custody.UNSHARED)
        for stretch in exchange.stretches:
            _not_before(stretch.first, now)
            length = (stretch.last - stretch.first).days + 1
            days = [date.fromordinal(stretch.first.toordinal() + n) for n in range(length)]
            answers = {known.answer(day, holidays).home for day in days}
            if answers == {None}:
                raise ValidationError(
                    _("Aucun calendrier de garde ne parle de ces jours : il n'y a rien à échanger.")
                )
            if answers == {stretch.home}:
                raise ValidationError(
                    _("Ces jours sont déjà ainsi : choisissez ceux que vous voulez changer.")
                )
        term = _term(child, homes, exchange, token=token, author=author, now=now, message=message)
        return _propose(term, household, author, now)


def accept(term: CustodyTerm, household: Household, *, actor: User, now: datetime) -> CustodyTerm:
    """The other parent says yes: it holds at once. Twice is once. Raises AlreadyDecided, NotShared."""
    with transaction.atomic():
        child, term = _locked(term.child), _again(term)
        if term.state == State.ACCEPTED:
            return term
        if not term.is_waiting or term.proposed_by_id == household.pk:
            raise AlreadyDecided(term)
        if homes_of(child, timezone.localdate(now)) != term.homes:
            raise NotShared
        _close(term, State.ACCEPTED, actor, now)
        _holds(child)
        _record(term, "custody.accepted", "accepté", actor, now)
        tell(term, Event.ACCEPTED, by=household, now=now)
        return term


def refuse(
    term: CustodyTerm, household: Household, *, answer: str = "", actor: User, now: datetime
) -> CustodyTerm:
    """The other parent says no; what held goes on. Twice is once. Raises AlreadyDecided."""
    with transaction.atomic():
        _locked(term.child)
        term = _again(term)
        if term.state == State.REFUSED:
            return term
        if not term.is_waiting or term.proposed_by_id == household.pk:
            raise AlreadyDecided(term)
        _close(term, State.REFUSED, actor, now, answer)
        _record(term, "custody.refused", "refusé", actor, now)
        tell(term, Event.REFUSED, by=household, now=now)
        return term


def withdraw(term: CustodyTerm, household: Household, *, actor: User, now: datetime) -> CustodyTerm:
    """Who proposed gives it up. Twice is once. Raises AlreadyDecided."""
    with transaction.atomic():
        _locked(term.child)
        term = _again(term)
        if term.state == State.WITHDRAWN:
            return term
        if not term.is_waiting or term.proposed_by_id != household.pk:
            raise AlreadyDecided(term)
        _close(term, State.WITHDRAWN, actor, now)
        _record(term, "custody.withdrawn", "retiré", actor, now)
        tell(term, Event.WITHDRAWN, by=household, now=now)
        return term


def decide_calendar(
    child: Child,
    homes: tuple[int, int],
    calendar: Calendar,
    *,
    token: UUID,
    actor: User,
    now: datetime,
    message: str = "",
) -> CustodyTerm:
    """The service sets the calendar, at the request of the parents or by a judgment: it holds from its date on, past
    dates too. A calendar that waited for an answer is closed. The same token is the same decision."""
    with transaction.atomic():
        child = _locked(child)
        if done := _done(token):
            return done
        for waiting in CustodyTerm.objects.waiting().filter(child=child, kind=Kind.CALENDAR):
            _close(waiting, State.STOPPED, actor, now, DECIDED_ELSEWHERE)
        term = _term(child, homes, calendar, token=token, author=actor, now=now, message=message)
        term.state, term.decided_at = State.BY_SERVICE, now
        term.decided_by, term.decided_label = actor, str(actor)
        term.save()
        _holds(child)
        _record(term, "custody.decided", "fixé par le service", actor, now)
        tell(term, Event.DECIDED, by=None, now=now)
        return term


def stop(term: CustodyTerm, *, why: str, actor: User, now: datetime) -> CustodyTerm:
    """The service takes back what is in force: what was decided before holds again. Twice is once.
    Raises AlreadyDecided for what does not hold."""
    with transaction.atomic():
        _locked(term.child)
        term = _again(term)
        if term.state == State.STOPPED:
            return term
        if not term.is_in_force:
            raise AlreadyDecided(term)
        _close(term, State.STOPPED, actor, now, why)
        _record(term, "custody.stopped", "annulé par le service", actor, now)
        tell(term, Event.STOPPED, by=None, now=now)
        return term


def _locked(child: Child) -> Child:
    """The child, held: one decision on its custody at a time."""
    return Child.objects.select_for_update().get(pk=child.pk)


def _again(term: CustodyTerm) -> CustodyTerm:
    return CustodyTerm.objects.select_related("child", "first", "second").get(pk=term.pk)


def _done(token: UUID) -> CustodyTerm | None:
    return CustodyTerm.objects.filter(token=token).first()


def _not_before(day: date, now: datetime) -> None:
    if day < timezone.localdate(now):
        raise ValidationError(_("Choisissez un jour à venir : ce qui est passé ne change plus."))


def _term(
    child: Child,
    homes: tuple[int, int],
    term: Calendar | Exchange,
    *,
    token: UUID,
    author: User,
    now: datetime,
    message: str,
) -> CustodyTerm:
    if isinstance(term, Exchange):
        since, until = min(s.first for s in term.stretches), max(s.last for s in term.stretches)
    else:
        since, until = term.since, term.until  # type: ignore[assignment]
    return CustodyTerm(
        child=child,
        first_id=homes[0],
        second_id=homes[1],
        kind=Kind.EXCHANGE if isinstance(term, Exchange) else Kind.CALENDAR,
        since=since,
        until=until,
        terms=written(term),
        message=message,
        author=author,
        author_label=str(author),
        created_at=now,
        token=token,
    )


def _propose(term: CustodyTerm, household: Household, author: User, now: datetime) -> CustodyTerm:
    term.proposed_by = household
    term.save()
    _record(term, "custody.proposed", "proposé", author, now)
    tell(term, Event.PROPOSED, by=household, now=now)
    return term


def _close(term: CustodyTerm, state: str, actor: User, now: datetime, answer: str = "") -> None:
    """Its end. When it begins to hold is kept: an order of decisions is an order of these moments."""
    term.state, term.answer = state, answer[:300]
    term.decided_by, term.decided_label, term.decided_at = actor, str(actor), now
    term.save(update_fields=["state", "answer", "decided_by", "decided_label", "decided_at"])


def _holds(child: Child) -> None:
    Child.objects.filter(pk=child.pk, has_custody=False).update(has_custody=True)


def _record(term: CustodyTerm, verb: str, did: str, actor: User, now: datetime) -> None:
    """The same line in the journal of each dossier, without a word of the other."""
    what = "Échange de jours" if term.kind == Kind.EXCHANGE else "Calendrier de garde"
    for pk in term.homes:
        journal.record(
            verb,
            f"household:{pk}",
            summary=f"{what} {did} : {term.child}, à partir du {term.since:%d/%m/%Y}",
            actor=actor,
            now=now,
            after={"state": term.state, **({"reason": term.answer} if term.answer else {})},
        )
