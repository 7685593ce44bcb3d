"""The quotients of the invented families: two years of them, some missing, two proofs that wait to be read."""

import random
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw, ImageFont

from portail.accounts.models import User
from portail.activities import queries as activities
from portail.core import pdf
from portail.core.uploads import Upload
from portail.demo import accounts
from portail.demo.families import Family, is_week_of
from portail.demo.publishing import TEMPLATE
from portail.demo.structure import CONTACT
from portail.demo.timeline import Timeline, at
from portail.families.actions import proofs
from portail.families.models import Household, Quotient
from portail.rules import FRENCH

NEVER, FORGOTTEN = 0.05, 0.10
"""Parts of the families: those that never brought a proof, those that brought none this year."""
MISSING = ("4873", "5310")
"""These sent theirs lately: nobody has read it yet."""
LEAST, MOST = 96, 3200


def write(plans: list[Family], agent: User, when: Timeline) -> None:
    """A value a year for most households, the same at each try: each draws from its own number."""
    renewal = activities.regulation().quotient.next_renewal(when.today)
    assert renewal is not None
    years = [renewal.replace(year=renewal.year - back) for back in (2, 1)]
    rows = []
    for family in plans:
        if family.household is not None:
            rows += _of(family, family.household, years, agent, when)
    Quotient.objects.bulk_create(rows)
    for plan in plans:
        if plan.number in MISSING and plan.household and plan.user:
            _send(plan, plan.household, plan.user, when)


def _of(
    family: Family, household: Household, years: list[date], agent: User, when: Timeline
) -> list[Quotient]:
    """The proofs that this family brought, each in the February before a renewal, or when its dossier was made."""
    chance = random.Random(f"quotient {family.number}")
    drawn, value = chance.random(), _value(chance)
    made = household.created_at.date()
    days: list[date] = []
    for renewal in years:
        february = renewal - timedelta(days=chance.randint(2, 26))
        day = max(february, made)
        if day <= when.today and day not in days and (not days or day > days[-1] + timedelta(days=90)):
            days.append(day)
    if family.number in MISSING:
        days = days[:1] if days and days[0] < years[-1] - timedelta(days=60) else []
    elif drawn < NEVER:
        days = []
    elif drawn < FORGOTTEN:
        days = days[:-1]
    found = []
    for day in days:
        found.append(_row(household, value, day, agent, chance))
        value = _near(value, chance)
    return found


def _value(chance: random.Random) -> Decimal:
    """Most families of a small town around 800, some far below or above."""
    drawn = chance.lognormvariate(6.65, 0.52)
    return Decimal(round(min(max(drawn, LEAST), MOST)))


def _near(value: Decimal, chance: random.Random) -> Decimal:
    """The year after: a little more, sometimes much less."""
    change = Decimal(str(round(chance.gauss(1.02, 0.09), 3)))
    return min(max((value * change).quantize(Decimal(1)), Decimal(LEAST)), Decimal(MOST))


def _row(household: Household, value: Decimal, day: date, agent: User, chance: random.Random) -> Quotient:
    return Quotient(
        household=household,
        value=value,
        kind="CAF" if chance.random() < 0.85 else "avis d'imposition",
        proved_on=day - timedelta(days=chance.randint(1, 12)),
        received_on=day,
        source=Quotient.Source.DESK,
        created_at=at(day, 9 + chance.randint(0, 7), chance.randint(0, 59)),
        created_by=agent,
    )


# --- two proofs that wait


def _send(family: Family, household: Household, parent: User, when: Timeline) -> None:
    """A photo from one, a PDF from the other."""
    by_photo = is_week_of(family.number, date(2026, 11, 24))
    value = "486" if by_photo else "1 127"
    sent = at(when.today - timedelta(days=2 if by_photo else 1), 20, 14 if by_photo else 37)
    lines = _lines(family, value, sent.date())
    page = _photo(lines) if by_photo else _paper(lines, when)
    proofs.send_proof(
        household,
        [page],
        kind="CAF",
        token=UUID(int=int(family.number), version=4),
        author=parent,
        message="Voici mon attestation de ce mois-ci." if by_photo else "",
        now=min(sent, when.now),
    )


def _lines(family: Family, value: str, day: date) -> list[str]:
    first, last = family.adults[0]
    return [
        "ATTESTATION DE QUOTIENT FAMILIAL",
        "Document inventé pour la démonstration",
        f"Allocataire : {first} {last}",
        f"Commune : {accounts.COMMUNE}",
        f"Quotient familial : {value}",
        f"Fait le {FRENCH.year(day.replace(day=1))}",
    ]


def _photo(lines: list[str]) -> Upload:
    """A page photographed on a table, not quite straight."""
    page = Image.new("RGB", (900, 1200), "#fdfcf8")
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        font = ImageFont.truetype(pdf.FONTS / "SourceSansPro-Regular.ttf", 40 if number == 0 else 34)
        draw.text((80, 120 + 110 * number), line, fill="#1c1b18", font=font)
    table = Image.new("RGB", (1100, 1400), "#8a6f4d")
    table.paste(page.rotate(1.6, expand=True, fillcolor="#8a6f4d"), (90, 80))
    content = BytesIO()
    table.save(content, "JPEG", quality=70)
    return Upload(ContentFile(content.getvalue(), name="IMG_2041.jpg"), "IMG_2041.jpg", "image/jpeg")


def _paper(lines: list[str], when: Timeline) -> Upload:
    data = {
        "title": "Attestation de quotient familial",
        "commune": accounts.COMMUNE,
        "service": lines[1],
        "colour": CONTACT["colour"],
        "parts": [{"title": lines[2], "text": lines[3]}, {"title": lines[4], "text": lines[5]}],
        "date": FRENCH.year(when.today.replace(day=1)),
    }
    content = ContentFile(pdf.render(TEMPLATE, data, now=when.now), name="attestation-caf.pdf")
    return Upload(content, "attestation-caf.pdf", "application/pdf")
