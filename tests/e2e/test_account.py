"""A parent reads an invoice on a phone, asks why this price, contests a line; the agent reads it and answers."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from portail.families.models import FamilyDocument
from portail.rules import say, step
from tests import factories as make
from tests.e2e.town import PDF

WHY = step(
    "price.band",
    axis=say("axis.quotient"),
    value=Decimal(742),
    band=say("band.to", high=Decimal(900)),
    amount=Decimal("3.45"),
)
DAYS = [f"2026-10-{day:02d}" for day in (1, 2, 5, 6, 8, 9, 12, 13)]


@pytest.fixture
def parent(town):
    """Maurice with an account, an invoice of October for two children, and its PDF."""
    user = make.UserFactory(username="maurice", first_name="Maurice", last_name="Democivil")
    town.maurice.user = user
    town.maurice.save()
    household = town.maurice.household
    invoice = make.InvoiceFactory(account__household=household, number=2026000000123, amount=Decimal("48.30"))
    document = FamilyDocument(
        household=household, title="Facture d'octobre", file_name="facture.pdf", content_type="application/pdf",
        size=len(PDF), added_at=make.NOW,
    )  # fmt: skip
    document.file.save("facture.pdf", ContentFile(PDF), save=True)
    invoice.document = document
    invoice.save()
    for rank, child in enumerate(household.children.order_by("birth_date")):
        for place, code in enumerate(("cantine", "soir")):
            make.InvoiceLineFactory(
                invoice=invoice,
                position=2 * rank + place,
                child=child,
                service=town.offers[code].service,
                label=town.offers[code].service.name,
                days=DAYS[: 7 - rank],
                quantity=Decimal(7 - rank),
                unit_price=Decimal("3.45"),
                amount=Decimal("24.15") if not rank else Decimal("20.70"),
                explanation={"sentence": WHY.fr(), "steps": [WHY.as_json()]},
            )
    paid = make.PaymentFactory(
        account=invoice.account, amount=Decimal("20.00"), received_on=date(2026, 11, 12)
    )
    make.AllocationFactory(debit=invoice.movement, credit=paid.movement, amount=Decimal("20.00"))
    return user


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_balance_to_the_answer(visit, town, parent, script):
    phone = visit(width=360, script=script)
    phone.is_signed_in_as(parent)
    phone.goes("/accueil/")
    phone.reads("Facture d'octobre · 28,30 €")
    phone.follows("Factures", among="Rubriques")
    phone.sees(
        "Historique de mon compte", "Vous devez 28,30 €", "À payer avant le 15 décembre", "reste 28,30 €"
    )
    phone.follows("Facture d'octobre")
    phone.sees("Facture d'octobre", "Emma, octobre 2026", "7 × 3,45 €", "Paiement : chèque")
    phone.page.locator("details", has_text="Pourquoi ce prix ? Cantine").first.locator("summary").click()
    phone.reads("quotient 742, tranche jusqu'à 900 : 3,45 €")
    assert phone.problems() == []
    phone.page.get_by_role("link", name="Contester cette ligne Cantine").first.click()
    phone.sees("Contester une ligne", "Cantine · Emma · 24,15 €")
    phone.presses("Envoyer ma contestation")
    phone.sees("Contester une ligne", "Remplissez « Ce qui ne va pas ».")
    phone.fills({"Ce qui ne va pas": "Emma était malade le 12."})
    phone.presses("Envoyer ma contestation")
    phone.sees("Contestation d'une ligne de facture", "Emma était malade le 12.", "Chez le service")

    agent = visit()
    agent.is_signed_in_as(town.agnes)
    agent.goes("/guichet/demarches/")
    agent.page.get_by_role("link", name="D-2026-").first.click()
    agent.sees("Contestation d'une ligne de facture", "Cantine, Emma : 24,15 €", "Emma était malade le 12.")
    agent.follows("facture n° 2026000000123")
    agent.sees("Facture d'octobre", "quotient 742, tranche jusqu'à 900 : 3,45 €")
    agent.page.go_back()
    agent.fills({"Réponse": "Vous avez raison : un avoir part demain."})
    agent.presses("Envoyer la réponse")

    phone.goes("/demarches/")
    phone.page.get_by_role("link", name="Contestation d'une ligne").first.click()
    phone.sees("Contestation d'une ligne de facture", "Vous avez raison : un avoir part demain.")


def test_the_movements_of_a_year_on_a_phone_and_the_unpaid_at_the_desk(visit, town, parent):
    phone = visit(width=360)
    phone.is_signed_in_as(parent)
    phone.goes("/compte/mouvements/")
    phone.sees("Mouvements de mon compte", "Solde à la fin", "28,30 €")
    with phone.page.expect_download() as started:
        phone.page.get_by_role("link", name="Télécharger cette année").click()
    assert started.value.suggested_filename == "compte-2026-2027.zip"
    agent = visit()
    agent.is_signed_in_as(town.agnes)
    agent.goes("/guichet/impayes/")
    agent.sees("Impayés", "Aucun impayé")
    household = town.maurice.household
    for path, title in (("", "Doit 28,30 €"), ("mouvements/", "Mouvements"), ("releve/", "Relevé de compte")):
        agent.goes(f"/guichet/familles/{household.pk}/compte/{path}")
        agent.sees(title)
