"""Making the invented commune, whole or not at all."""

import random
from datetime import date

from django.conf import settings
from django.db import transaction

from portail.activities.actions.founding import CommuneExists
from portail.activities.models import Commune
from portail.core.journal import acting_from
from portail.core.models import JournalEntry
from portail.demo import (
    accounts,
    attendance,
    billing,
    custody,
    families,
    groups,
    kitchen,
    lately,
    people,
    planning,
    publishing,
    quotients,
    structure,
    waiting,
)
from portail.demo.timeline import at, timeline

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
        custody.agree(plans, agent, when)
        quotients.write(plans, agent, when)
        planning.write(plans, town, agent, when, chance)
        attendance.write(town, agent, when, random.Random(f"{SEED} lists {today.isoformat()}"))
        publishing.publish(town, plans, agent, when)
        billing.write(agent, when)
        lately.happen(town, agent, when, chance)
        custody.exchange(when)
        kitchen.write(agent, when)
        waiting.wait(agent, when, chance)
        groups.happen(town, agent, when)
    accounts.write(settings.DATA_DIR)
