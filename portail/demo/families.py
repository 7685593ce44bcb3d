"""The families of the invented commune: who lives together, whose children they are, where these go to school."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from portail.accounts.models import User
from portail.bookings.models import Enrolment
from portail.core.text import plain
from portail.demo import accounts, names, people
from portail.demo.structure import LEVELS, POSTCODE, Town
from portail.demo.timeline import Timeline, at
from portail.families.models import Adult, Child, ChildContact, Household, HouseholdChild, Schooling

HOUSEHOLDS = 116
"""Drawn by chance, beside the eight that are known by name."""
YOUNGEST, OLDEST = -1, 8
"""Rank in LEVELS, this year: -1 is not at school yet, 8 has left for the middle school."""


INSIDE, OUTSIDE = "commune", "extérieur"
"""The classes of residence that the tariffs tell apart."""
NEXT_TOWN, NEXT_POSTCODE = "Bellerive", "59997"

ODD_WEEKS, EVEN_WEEKS = ("4102", "5310"), ("4873", "7045")
"""The dossiers of separated parents, by the weeks in which the children are with them."""


def is_week_of(number: str, day: date) -> bool:
    """Whether the children of this dossier are there in the week of this day."""
    if number not in (*ODD_WEEKS, *EVEN_WEEKS):
        return True
    return (number in ODD_WEEKS) == bool(day.isocalendar().week % 2)


@dataclass
class ChildPlan:
    """A child before it is written: its rank in LEVELS this year, and what it does."""

    first_name: str
    last_name: str
    level: int
    activities: tuple[str, ...] = ("restauration", "periscolaire", "mercredi", "vacances")
    child: Child | None = None


@dataclass
class Family:
    """A household and what is known of it. `since`: how many school years ago it came."""

    number: str
    name: str
    adults: list[tuple[str, str]]
    children: list[ChildPlan]
    school: int
    account: accounts.DemoAccount | None = None
    has_account: bool = False
    books: bool = True
    since: int = 2
    household: Household | None = None
    user: User | None = None
    rows: list[Adult] = field(default_factory=list)


def families(chance: random.Random) -> list[Family]:
    """All of them: those of the guide, those who sign in, the separated ones, and the others drawn by chance."""
    known = list(_known())
    numbers = {family.number for family in known}
    others = list(_drawn(chance, numbers))
    return sorted([*known, *others], key=lambda family: int(family.number))


def _known() -> Iterator[Family]:
    yield Family(
        "6354",
        "DEMOCIVIL",
        [("Maurice", "Democivil")],
        [ChildPlan("Léa", "Democivil", 4), ChildPlan("Noé", "Democivil", 2)],
        school=0,
        books=False,
    )
    yield Family(
        "1901",
        "DEMOCIVIS",
        [("Marie", "Democivis")],
        [ChildPlan("Jules", "Democivis", 6), ChildPlan("Zoé", "Democivis", 3)],
        school=0,
        books=False,
    )
    yield Family(
        "2718",
        "O'NEILL-ROUSSEL",
        [("Siobhán", "O'Neill"), ("Damien", "Roussel")],
        [
            ChildPlan("Maëlle", "O'Neill-Roussel", 7),
            ChildPlan("Aidan", "O'Neill-Roussel", 4),
            ChildPlan("Fiona", "O'Neill-Roussel", 0),
        ],
        school=1,
        account=accounts.SIOBHAN,
        has_account=True,
    )
    shared = [ChildPlan("Awa", "N'Diaye-Lefebvre", 5), ChildPlan("Issa", "N'Diaye-Lefebvre", 2)]
    yield Family(
        "4102",
        "LEFEBVRE",
        [("Camille", "Lefebvre")],
        shared,
        school=0,
        account=accounts.CAMILLE,
        has_account=True,
    )
    yield Family(
        "4873",
        "N'DIAYE",
        [("Amadou", "N'Diaye")],
        shared,
        school=0,
        account=accounts.AMADOU,
        has_account=True,
    )
    shared = [ChildPlan("Lola", "Núñez", 6, ("restauration", "periscolaire"))]
    yield Family("5310", "NÚÑEZ", [("Pilar", "Núñez")], shared, school=2, has_account=True)
    yield Family("7045", "MARCHAND", [("Grégory", "Marchand")], shared, school=2)
    # Their daughter is being enrolled: nobody booked for her yet.
    yield Family(
        "8126",
        "HADDAD",
        [("Nadia", "Haddad"), ("Sami", "Haddad")],
        [ChildPlan("Ines", "Haddad", 0, ("restauration",))],
        school=2,
        books=False,
        since=0,
    )


def _drawn(chance: random.Random, taken: set[str]) -> Iterator[Family]:
    surnames = [*names.SURNAMES, *names.COMPOUND_SURNAMES]
    chance.shuffle(surnames)
    numbers = chance.sample(range(1000, 9999), HOUSEHOLDS + len(taken))
    free = [str(number) for number in numbers if str(number) not in taken]
    for index in range(HOUSEHOLDS):
        surname = surnames[index % len(surnames)]
        yield _family(chance, free[index], surname)


def _family(chance: random.Random, number: str, surname: str) -> Family:
    mother, father = chance.choice(names.MOTHERS), chance.choice(names.FATHERS)
    shape = chance.random()
    both = [
        (mother, chance.choice(names.SURNAMES) if chance.random() < 0.3 else surname),
        (father, surname),
    ]
    adults = [(mother, surname)] if shape < 0.18 else [(father, surname)] if shape < 0.24 else both
    children = list(_children(chance, surname))
    return Family(
        number,
        surname.upper(),
        adults,
        children,
        school=chance.choices((0, 1, 2), (40, 35, 25))[0],
        has_account=chance.random() < 0.65,
        books=chance.random() < 0.9,
        since=chance.choices((2, 1, 0), (60, 25, 15))[0],
    )


def _children(chance: random.Random, surname: str) -> Iterator[ChildPlan]:
    count = chance.choices((1, 2, 3, 4), (38, 44, 15, 3))[0]
    first_names: set[str] = set()
    level = chance.randint(0, 7)
    for _ in range(count):
        pool = names.GIRLS if chance.random() < 0.5 else names.BOYS
        name = chance.choice([first for first in pool if first not in first_names])
        first_names.add(name)
        wished = [
            code
            for code, likely in (
                ("restauration", 0.92),
                ("periscolaire", 0.65),
                ("mercredi", 0.42),
                ("vacances", 0.40),
            )
            if chance.random() < likely
        ]
        yield ChildPlan(name, surname, level, tuple(wished))
        level -= chance.choice((1, 2, 2, 3))
        if level < YOUNGEST:
            return


def write(plans: list[Family], town: Town, when: Timeline, chance: random.Random) -> None:
    """Put the families in the database, with their accounts, schools and enrolments."""
    for family in plans:
        _household(family, when, chance)
        for plan in family.children:
            if plan.child is None:
                plan.child = _child(plan, when, chance)
            HouseholdChild.objects.create(
                household=_row(family), child=plan.child, since=_since(family, when)
            )
    _school(plans, town)
    _contacts(plans, chance)


def _row(family: Family) -> Household:
    assert family.household is not None
    return family.household


def _since(family: Family, when: Timeline) -> date:
    """The day the dossier was made, at the desk: before the summer of the year from which the family comes."""
    if family.since == 0:
        return when.today - timedelta(days=9)
    term = when.previous if family.since == 2 else when.current
    day = date(term.start.year, 6, 2) + timedelta(days=int(family.number) % 12)
    return min(day, when.today - timedelta(days=30))


def _household(family: Family, when: Timeline, chance: random.Random) -> None:
    created = at(_since(family, when), 9 + int(family.number) % 8, int(family.number) % 60)
    residence = residence_of(family)
    family.household = Household.objects.create(
        number=family.number,
        name=family.name,
        street=f"{chance.randint(1, 88)} {chance.choice(names.STREETS)}",
        street_more="Appartement 12" if chance.random() < 0.08 else "",
        postcode=POSTCODE if residence != OUTSIDE else NEXT_POSTCODE,
        city=accounts.COMMUNE if residence != OUTSIDE else NEXT_TOWN,
        residence=residence,
        invoices_by_mail=chance.random() < 0.6,
        created_at=created,
    )
    for position, (first_name, last_name) in enumerate(family.adults):
        user = None
        if family.has_account and position == 0:
            user = family.user = people.parent(
                family.account or _account(first_name, last_name, family.number), created
            )
        family.rows.append(
            Adult.objects.create(
                household=family.household,
                user=user,
                first_name=first_name,
                last_name=last_name,
                email=_address(first_name, last_name, family.number),
                mobile_phone=f"+3361234{chance.randint(1000, 9999)}",
                home_phone=f"+33353011{chance.randint(100, 999)}" if chance.random() < 0.2 else "",
                position=position,
            )
        )


def residence_of(family: Family) -> str:
    """Known families live in the commune, one drawn family in nine in the next; a new dossier says nothing yet."""
    if family.account is None and family.since == 0 and not family.books:
        return ""
    return OUTSIDE if family.account is None and int(family.number) % 9 == 4 else INSIDE


def _address(first_name: str, last_name: str, number: str) -> str:
    slug = ".".join(plain(part).replace(" ", "-") for part in (first_name, last_name))
    return f"{slug}{number[-2:]}@{accounts.MAIL_DOMAIN}"


def _account(first_name: str, last_name: str, number: str) -> accounts.DemoAccount:
    """An account that nobody can open: its password is nobody's."""
    username = f"{plain(first_name)}.{plain(last_name).replace(' ', '')}{number[-2:]}".replace(" ", "")
    return accounts.DemoAccount("family", username[:60], first_name, last_name, password="")


def _child(plan: ChildPlan, when: Timeline, chance: random.Random) -> Child:
    """Born in the civil year of its level: a child of PS turns three in the year it starts."""
    year = when.current.start.year - 3 - plan.level
    return Child.objects.create(
        first_name=plan.first_name,
        last_name=plan.last_name,
        birth_date=date(year, 1, 1) + timedelta(days=chance.randrange(365)),
    )


def _school(plans: list[Family], town: Town) -> None:
    """Where each child goes, and what it may book, in each year in which it is of the age of these schools."""
    schoolings, enrolments = [], []
    now = next(index for index, year in enumerate(town.years) if index == 1)
    seen: set[int] = set()
    for family in plans:
        for plan in family.children:
            child = plan.child
            if child is None or child.pk in seen:
                continue
            seen.add(child.pk)
            for index, year in enumerate(town.years):
                level = plan.level + index - now
                came = now - (2 if family.since == 2 else 0)
                if not 0 <= level < len(LEVELS) or index < came:
                    continue
                school = town.schools[family.school]
                schoolings.append(
                    Schooling(
                        child=child,
                        school_year=year,
                        school=school,
                        school_class=town.school_class(school, year, level),
                        level=LEVELS[level],
                    )
                )
                enrolments += [
                    Enrolment(
                        child=child,
                        school_year=year,
                        activity=town.activities[code],
                        place=town.place(code, school),
                        profile=_profile(child, code),
                    )
                    for code in plan.activities
                ]
    Schooling.objects.bulk_create(schoolings)
    Enrolment.objects.bulk_create(enrolments)


def _profile(child: Child, activity: str) -> str:
    """Most come every week, some now and then."""
    return "occasionnel" if (child.birth_date.day + len(activity)) % 6 == 0 else "régulier"


RELATIONS = (
    ("Grand-mère", "Jeannine"),
    ("Grand-père", "Marcel"),
    ("Voisine", "Simone"),
    ("Tante", "Corinne"),
    ("Assistante maternelle", "Fatiha"),
    ("Oncle", "Patrice"),
)


def _contacts(plans: list[Family], chance: random.Random) -> None:
    for family in plans:
        for plan in family.children:
            if plan.child is not None and chance.random() < 0.45:
                relation, first_name = chance.choice(RELATIONS)
                ChildContact.objects.create(
                    household=_row(family),
                    child=plan.child,
                    name=f"{first_name} {family.adults[0][1]}",
                    relation=relation,
                    phone=f"+33353014{chance.randint(100, 999)}",
                    may_pick_up=chance.random() < 0.8,
                    is_emergency=chance.random() < 0.5,
                )
