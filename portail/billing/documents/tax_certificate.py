"""The tax certificate on paper, for the reduction that the law gives for the care of children under six."""

from collections.abc import Sequence
from datetime import date

from portail.billing.documents import words
from portail.billing.queries.certificates import Certificate
from portail.core import paper
from portail.core.paper import Column, Paper
from portail.core.site import Site

COLUMNS = (Column("Enfant", wide=True), Column("Né(e) le"), Column("Payé pour l'accueil", "right"))


def title(year: int) -> str:
    return f"Attestation fiscale {year}"


def certificate_paper(
    certificate: Certificate,
    *,
    number: str,
    code: str,
    issued_on: date,
    recipient: Sequence[str],
    site: Site,
) -> Paper:
    """The paper of what a payer paid. `number` is empty for a preview. Reads nothing more than its household."""
    year, household = certificate.year, certificate.account.household
    rows = [
        paper.row(str(row.child), paper.day(row.child.birth_date), paper.money(row.amount))
        for row in certificate.rows
    ]
    return Paper(
        title=title(year),
        blocks=[
            paper.facts(
                [
                    ("Attestation n°", number or "aperçu, sans valeur"),
                    ("Année", str(year)),
                    ("Payeur", ", ".join(recipient[:1])),
                    ("Dossier", f"{household.number} {household.name}"),
                ]
            ),
            paper.text(_attests(site, year)),
            paper.table(COLUMNS, [*rows, paper.total("Total", "", paper.money(certificate.total))]),
            paper.note(_EXPLAINED),
            *words.whom_to_call(site),
        ],
        issued_on=issued_on,
        to=recipient,
        code=code,
        footer=f"{title(year)} · dossier {household.number}",
    )


def _attests(site: Site, year: int) -> str:
    who = f"La commune de {site.name}" if site.name else "La commune"
    return (
        f"{who} atteste avoir reçu en {year} les sommes suivantes pour l'accueil, hors du domicile, d'enfants de "
        f"moins de six ans au 1er janvier {year} (article 200 quater B du code général des impôts)."
    )


_EXPLAINED = (
    "Sont comptées les sommes payées dans l'année, quelle que soit la date de l'accueil. Les repas, les suppléments, "
    "les pénalités et les adhésions n'y sont pas ; les aides versées à la commune sont déduites. Déduisez vous-même "
    "les aides reçues de votre employeur ou de la caisse d'allocations familiales. Le plafond, et son partage lorsque "
    "l'enfant vit en alternance chez ses deux parents, sont appliqués par l'administration fiscale."
)
