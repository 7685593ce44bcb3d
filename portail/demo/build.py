"""Making the invented commune, whole or not at all."""

import random
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from portail.accounts.models import User
from portail.activities.actions.founding import CommuneExists
from portail.activities.models import Commune
from portail.core.journal import acting_from
from portail.core.models import JournalEntry
from portail.demo import accounts, families, people, planning, publishing, structure
from portail.demo.structure import Town
from portail.demo.timeline import Timeline, at, timeline
from portail.families.actions import requests
from portail.families.models import Household, Request

SEED = "Fontclaire"


def build(today: date) -> None:
    """Make the commune as it is on this day, the same one at each try. Raises CommuneExists."""
    when = timeline(today)
    chance = random.Random(f"{SEED} {today.isoformat()}")
    with transaction.atomic(), acting_from(JournalEntry.Channel.COMMAND):
        if Commune.objects.exists():
            raise CommuneExists
        agent = people.staff(at(when.previous.start, 8))[accounts.AGENT.username]
        town = structure.found(when)
        plans = families.families(chance)
        families.write(plans, town, when, chance)
        planning.write(plans, town, agent, when, chance)
        publishing.publish(town, plans, agent, when)
        _ask(town, when)
    accounts.write(settings.DATA_DIR)


def _ask(town: Town, when: Timeline) -> None:
    """What waits for an agent: an account to link, an address, a school, a certificate, a question."""
    nadia = people.parent(accounts.WAITING, at(when.today - timedelta(days=1), 20, 40))
    Request.objects.create(
        kind=Request.Kind.LINK,
        author=nadia,
        author_label=str(nadia),
        data={},
        created_at=at(when.today - timedelta(days=1), 20, 42),
    )
    siobhan, camille, amadou = (
        User.objects.get(username=person.username)
        for person in (accounts.SIOBHAN, accounts.CAMILLE, accounts.AMADOU)
    )
    moving = Household.objects.get(adults__user=siobhan)
    requests.ask_change(
        moving,
        {"street": "14 allée des Érables", "street_more": "Bâtiment B"},
        household=moving,
        author=siobhan,
        message="Nous déménageons à la fin du mois.",
        now=at(when.today - timedelta(days=2), 21, 5),
    )
    mother = Household.objects.get(adults__user=camille)
    requests.ask_tax_certificate(
        mother, when.today.year - 1, author=camille, now=at(when.today - timedelta(days=3), 19, 30)
    )
    father = Household.objects.get(adults__user=amadou)
    requests.send_message(
        father,
        "Bonjour, est-il possible de venir chercher Issa à 17 h le mardi ? Merci d'avance.",
        author=amadou,
        now=at(when.today - timedelta(days=1), 12, 15),
    )
    child = father.children.order_by("birth_date").first()
    year = next(year for year in town.years if year.holds(when.today))
    assert child is not None
    requests.ask_school(
        child,
        town.schools[1].pk,
        school_year=year,
        household=father,
        author=amadou,
        message="L'école Jules-Ferry est à deux pas de mon nouveau travail.",
        now=at(when.today - timedelta(days=1), 12, 20),
    )
