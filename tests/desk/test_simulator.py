"""The simulator: prices by quotient with their reason, one text beside another."""

from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from portail.activities.actions.drafts import keep_draft
from portail.activities.actions.regulation import apply_regulation, default_text
from portail.desk.rule_prices import TooMany, quotients_typed
from tests import factories as make
from tests.desk.screens import errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = (
    default_text("Valmont-sur-Orne", "B")
    + """
[[tariffs]]
name = "Repas"
services = ["cantine"]
columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]
bands = [{ max = 700, prices = [2.10, 4.00] }, { prices = [3.75, 5.20] }]

[[tariffs]]
name = "Panier"
services = ["panier"]
price_of = "cantine"
percent = 50
"""
)


@pytest.fixture
def in_force(administration):
    apply_regulation(START, "Départ", actor=None, now=NOW)
    make.ServiceFactory(code="cantine", name="Cantine")
    return administration


def ask(client, services=("cantine",), **asked):
    values = {"jour": "2026-12-03", "services": services, "residence": "commune", **asked}
    return client.get(reverse("desk:simulator"), values)


def amounts(page, table=0):
    return [(row.quotient, row.now.amount) for row in page.context["tables"][table].lines]


def test_prices_are_told_at_the_bounds_of_the_bands(in_force):
    page = ask(in_force)
    expected = [(700, Decimal("2.10")), (701, Decimal("3.75")), (None, Decimal("3.75"))]
    assert amounts(page) == expected
    html = page.content.decode()
    assert "Sans justificatif" in html
    assert "quotient 700, tranche jusqu&#x27;à 700 : 2,10 €" in html


def test_prices_that_depend_on_the_residence_start_from_one(in_force):
    form = in_force.get(reverse("desk:simulator")).context["form"]
    assert form["residence"].value() == "commune"


def test_the_bounds_of_a_share_are_those_of_the_price_it_is_taken_of(in_force):
    page = ask(in_force, services=["panier"])
    assert amounts(page) == [(700, Decimal("1.05")), (701, Decimal("1.88")), (None, Decimal("1.88"))]


def test_quotients_may_be_listed_or_stepped(in_force):
    assert [q for q, _ in amounts(ask(in_force, quotients="700,5 300"))] == [300, Decimal("700.5")]
    assert [q for q, _ in amounts(ask(in_force, quotients="de 0 à 1000 par 250"))] == [0, 250, 500, 750, 1000]


@pytest.mark.parametrize("words", ["beaucoup", "300 -2", "de 10 à 1 par 1", "de 1 à 9 par 0", "nan", "1e9"])
def test_quotients_that_are_no_numbers_are_refused_in_words(in_force, words):
    page = ask(in_force, quotients=words)
    assert page.status_code == 422
    assert "Écrivez des nombres" in errors(page)["quotients"][0]


def test_more_quotients_than_a_page_holds_are_refused(in_force):
    assert "soixante" in errors(ask(in_force, quotients="de 0 à 100000 par 1"))["quotients"][0]
    with pytest.raises(TooMany):
        quotients_typed(" ".join(map(str, range(61))))


def test_a_draft_is_compared_with_what_is_in_force(in_force, cast):
    keep_draft(START.replace("2.10", "2.30").replace("3.75", "3.70"), over=1, actor=cast.alix, now=NOW)
    page = ask(in_force, texte="brouillon", comparer="en-vigueur", quotients="300 900")
    [table] = page.context["tables"]
    assert [row.change for row in table.lines] == [Decimal("0.20"), Decimal("-0.05")]
    assert "+\N{NO-BREAK SPACE}0,20" in page.content.decode()
    first = in_force.get(reverse("desk:simulator"))
    assert (first.context["form"].initial["texte"], first.context["form"].initial["comparer"]) == (
        "brouillon",
        "en-vigueur",
    )


def test_the_table_leaves_for_the_council_as_a_workbook(in_force, cast):
    keep_draft(START.replace("2.10", "2.30"), over=1, actor=cast.alix, now=NOW)
    answer = ask(in_force, texte="brouillon", comparer="en-vigueur", quotients="300", format="xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="simulation-tarifs.xlsx"'
    sheet = ZipFile(BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert [amount for amount in ("2.1", "2.3", "0.2") if f"<v>{amount}</v>" not in sheet] == []
    wrong = ask(in_force, quotients="beaucoup", format="xlsx")
    assert wrong.status_code == 422


def test_what_a_price_depends_on_is_asked_and_said(in_force):
    page = ask(in_force, residence="")
    assert [amount for _, amount in amounts(page)] == [None, None, None]
    assert "dépend de : résidence" in page.content.decode()


def test_a_text_without_tariffs_says_what_to_do(in_force):
    apply_regulation(default_text("Valmont", "B"), "", actor=None, now=NOW)
    assert "Aucun tarif dans ce texte" in in_force.get(reverse("desk:simulator")).content.decode()


@pytest.mark.parametrize("wrong", [{"services": []}, {"jour": "hier"}, {"services": ["piscine"]}])
def test_what_is_missing_is_said_beside_its_field(in_force, wrong):
    page = in_force.get(reverse("desk:simulator"), {"jour": "2026-12-03", "services": ["cantine"], **wrong})
    assert page.status_code == 422
    assert list(errors(page)) == list(wrong)


def test_a_page_holds_sixty_rows(in_force):
    page = ask(in_force, services=["cantine", "panier"], quotients="de 0 à 4000 par 100")
    assert [len(table.lines) for table in page.context["tables"]] == [41]
    assert "demandez moins de quotients" in page.content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_the_queries_do_not_grow_with_the_quotients(in_force, django_assert_num_queries, count):
    with django_assert_num_queries(7):
        ask(in_force, quotients=" ".join(str(n) for n in range(count)))
