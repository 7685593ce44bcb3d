"""Who may sign in to the invented commune. The passwords are known to all: this is no place for real families."""

import json
from dataclasses import dataclass
from pathlib import Path

from portail.accounts.models import Role

COMMUNE = "Fontclaire-les-Tilleuls"
FILE = "demo-accounts.json"
PASSWORD = "tilleuls-en-fleurs-27"  # noqa: S105 - said to whoever tries
MAIL_DOMAIN = "courriel.example"
TOWN_DOMAIN = "fontclaire.example"


@dataclass(frozen=True)
class DemoAccount:
    role: str
    username: str
    first_name: str
    last_name: str
    password: str = PASSWORD

    @property
    def email(self) -> str:
        domain = MAIL_DOMAIN if self.role == Role.FAMILY else TOWN_DOMAIN
        return f"{self.username}@{domain}"


ADMINISTRATOR = DemoAccount(Role.ADMINISTRATOR, "admin", "Alix", "Fontaine")
AGENT = DemoAccount(Role.AGENT, "agent", "Agnès", "Vasseur")
CASH_OFFICER = DemoAccount(Role.CASH_OFFICER, "regie", "Renée", "Caron")
LEADER = DemoAccount(Role.LEADER, "animation", "Loïc", "Berthe")
STAFF = (
    ADMINISTRATOR,
    AGENT,
    CASH_OFFICER,
    LEADER,
    DemoAccount(Role.KITCHEN, "cuisine", "Gaston", "Mercier"),
    DemoAccount(Role.READER, "lecture", "Rémi", "Hennequin"),
)
CAMILLE = DemoAccount(Role.FAMILY, "camille", "Camille", "Lefebvre")
AMADOU = DemoAccount(Role.FAMILY, "amadou", "Amadou", "N'Diaye")
SIOBHAN = DemoAccount(Role.FAMILY, "siobhan", "Siobhán", "O'Neill")
PARENTS = (SIOBHAN, CAMILLE, AMADOU)
WAITING = DemoAccount(Role.FAMILY, "nadia", "Nadia", "Haddad")
"""Signed up without references: waits for an agent to link it."""


def path(folder: Path) -> Path:
    return folder / FILE


def write(folder: Path) -> None:
    """Leave the list beside the data, for whoever tries and for tools."""
    labels = dict(Role.choices)
    people = [
        {"role": str(labels[person.role]), "username": person.username, "password": person.password}
        for person in (*STAFF, *PARENTS)
    ]
    path(folder).write_text(json.dumps(people, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
