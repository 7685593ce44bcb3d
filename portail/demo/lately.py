"""What happened lately: the démarches of those who sign in, some answered, some waiting, and their last bookings.

All through the very actions that the screens call: their journal, their mails and their receipts are the real ones.
"""

import random
from datetime import timedelta
from uuid import UUID

from portail.accounts.models import User
from portail.activities.models import Session
from portail.bookings.actions import Wish, change_bookings, check
from portail.demo import accounts, people
from portail.demo.families import is_week_of
from portail.demo.structure import Town
from portail.demo.timeline import Timeline, at
from portail.families.actions import decisions, requests
from portail.families.models import Household, Request


def happen(town: Town, agent: User, when: Timeline, chance: random.Random) -> None:
    siobhan, camille, amadou = (
        User.objects.get(username=person.username)
        for person in (accounts.SIOBHAN, accounts.CAMILLE, accounts.AMADOU)
    )
    _decided(siobhan, camille, agent, when)
    _waiting(town, siobhan, camille, amadou, when)
    for parent in (siobhan, camille, amadou):
        _book(_home(parent), parent, when, chance)


def _home(user: User) -> Household:
    return Household.objects.get(adults__user=user)


def _decided(siobhan: User, camille: User, agent: User, when: Timeline) -> None:
    def days_ago(days: int, hour: int, minute: int = 0):
        return at(when.today - timedelta(days=days), hour, minute)

    question = requests.send_message(
        _home(camille),
        "Bonjour, mes enfants peuvent-ils goûter à la garderie du soir, ou faut-il apporter le goûter ?",
        author=camille,
        now=days_ago(16, 21, 10),
    )
    decisions.answer(
        question,
        "Bonjour, le goûter est fourni à la garderie du soir. Signalez-nous simplement toute allergie.",
        actor=agent,
        now=days_ago(15, 9, 5),
    )
    renamed = requests.ask_change(
        _home(siobhan),
        {"name": "ROUSSEL"},
        household=_home(siobhan),
        author=siobhan,
        now=days_ago(30, 18, 45),
    )
    decisions.refuse(
        renamed,
        "Un dossier porte le nom de ses deux responsables. Envoyez-nous un justificatif si ce nom a changé.",
        actor=agent,
        now=days_ago(28, 10, 30),
    )


def _waiting(town: Town, siobhan: User, camille: User, amadou: User, when: Timeline) -> None:
    """What an agent finds in the morning: an account to link, an address, a school, a certificate, a question."""
    yesterday = when.today - timedelta(days=1)
    nadia = people.parent(accounts.WAITING, at(yesterday, 20, 40))
    Request.objects.create(
        kind=Request.Kind.LINK,
        author=nadia,
        author_label=str(nadia),
        data={},
        created_at=at(yesterday, 20, 42),
    )
    requests.ask_change(
        _home(siobhan),
        {"street": "14 allée des Érables", "street_more": "Bâtiment B"},
        household=_home(siobhan),
        author=siobhan,
        message="Nous déménageons à la fin du mois.",
        now=at(when.today - timedelta(days=2), 21, 5),
    )
    requests.ask_tax_certificate(
        _home(camille),
        when.today.year - 1,
        author=camille,
        now=at(when.today - timedelta(days=3), 19, 30),
    )
    father = _home(amadou)
    requests.send_message(
        father,
        "Bonjour, est-il possible de venir chercher Issa à 17 h le mardi ? Merci d'avance.",
        author=amadou,
        now=at(yesterday, 12, 15),
    )
    child = father.children.order_by("birth_date").first()
    assert child is not None
    requests.ask_school(
        child,
        town.schools[1].pk,
        school_year=next(year for year in town.years if year.holds(when.today)),
        household=father,
        author=amadou,
        message="L'école Jules-Ferry est à deux pas de mon nouveau travail.",
        now=at(yesterday, 12, 20),
    )


def _book(household: Household, parent: User, when: Timeline, chance: random.Random) -> None:
    """One more day a child, of the first that may still be booked."""
    wishes = []
    now = when.now
    coming = Session.objects.filter(
        date__gt=when.today + timedelta(days=8), service__code__in=("cantine", "mercredi")
    ).order_by("date", "pk")
    theirs = [session.pk for session in coming[:200] if is_week_of(household.number, session.date)]
    for child in household.children.order_by("birth_date"):
        possible = check(household, [Wish(child.pk, pk, True) for pk in theirs], actor=parent, now=now)
        wishes += [change.wish for change in possible.added[:1]]
    if wishes:
        token = UUID(int=chance.getrandbits(128), version=4)
        change_bookings(household, wishes, token=token, actor=parent, now=now)
