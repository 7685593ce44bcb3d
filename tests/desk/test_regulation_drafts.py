"""The regulation being written: amounts by form, one case tried as it is typed, a draft that waits."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from portail import rules
from portail.activities.actions.drafts import draft_of, keep_draft
from portail.activities.actions.regulation import apply_regulation, default_text
from portail.activities.models import Regulation, RegulationDraft
from portail.core.models import JournalEntry
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.factories import NOW

pytestmark = pytest.mark.django_db
START = (
    default_text("Valmont-sur-Orne", "B")
    + """
# Voté le 12 juin
[[tariffs]]
name = "Repas"
services = ["cantine"]
columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]
bands = [{ max = 700, prices = [2.10, 4.00] }, { prices = [3.75, 5.20] }]  # deux tranches
"""
)


@pytest.fixture
def in_force(administration):
    apply_regulation(START, "Départ", actor=None, now=NOW)
    make.ServiceFactory(code="cantine", name="Cantine")
    return administration


def fill(client, section, number, **values):
    """Send the form of a rule as it is shown, with some values changed by their label."""
    form = client.get(reverse("desk:rule_value", args=[section, number])).context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    for label, value in values.items():
        sent[next(field.html_name for field in form if field.label == label)] = value
    return post(client, "rule_value", section, number, **sent)


def test_a_price_changed_by_form_is_a_draft_and_nothing_else_moves(in_force, cast):
    page = in_force.get(reverse("desk:rule_values")).content.decode()
    assert "Repas, cantine" in page
    answer = fill(in_force, "tariffs", 1, **{"Prix, tranche jusqu'à 700, résidence commune": "2,30"})
    assert answer.status_code == 302
    draft = draft_of(cast.alix)
    assert draft.text == START.replace("2.10", "2.30")
    assert Regulation.objects.count() == 1
    page = in_force.get(reverse("desk:regulation_edit")).content.decode()
    assert "2,10 € devient 2,30 €" in page
    assert "Appliquer maintenant" in page


def test_a_draft_is_applied_then_gone(in_force, cast):
    fill(in_force, "tariffs", 1, **{"Prix, tranche jusqu'à 700, résidence commune": "2,30"})
    form = in_force.get(reverse("desk:regulation_edit")).context["form"]
    sent = {name: form.initial[name] for name in ("text", "over", "seen")}
    assert post(in_force, "regulation_edit", **sent, note="", apply="1").status_code == 302
    assert Regulation.objects.first().text == START.replace("2.10", "2.30")
    assert not RegulationDraft.objects.exists()


def test_hours_weekdays_and_days_of_the_year_are_typed_as_people_say_them(in_force, cast):
    deadline = next(line for line in START.splitlines() if line.startswith("at ="))
    fill(in_force, "deadlines", 1, Heure="18 h 30", **{"Jour de la semaine": "jeudi"})
    fill(in_force, "quotient", 1, **{"Actualisation annuelle, le": "1/2"})
    text = draft_of(cast.alix).text
    assert deadline not in text
    assert 'at = "18:30"' in text
    assert 'weekday = "jeudi"' in text
    assert 'renewal = "02-01"  ' in text


@pytest.mark.parametrize(
    ("section", "label", "typed"),
    [
        ("deadlines", "Heure", "25 h"),
        ("deadlines", "Heure", "midi moins le quart"),
        ("quotient", "Actualisation annuelle, le", "31/02"),
        ("tariffs", "Prix, tranche jusqu'à 700, résidence commune", "deux euros"),
        ("tariffs", "Prix, tranche jusqu'à 700, résidence commune", ""),
        ("tariffs", "Premier jour de service concerné", "0026-01-01"),
    ],
)
def test_what_is_not_understood_is_told_beside_its_field(in_force, section, label, typed):
    page = fill(in_force, section, 1, **{label: typed})
    assert page.status_code == 422
    [name] = errors(page)
    assert page.context["form"].fields[name].label == label
    assert not RegulationDraft.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("deux euros", "Écrivez un nombre, comme 12,50."),
        ("", "Remplissez « Prix, tranche jusqu'à 700, résidence commune »."),
        ("1e9", "Écrivez un nombre plus petit : 1000000 au plus."),
        ("2,30001", "Écrivez moins de chiffres après la virgule : 4 au plus."),
    ],
)
def test_what_is_not_understood_says_what_to_write(in_force, typed, words):
    page = fill(in_force, "tariffs", 1, **{"Prix, tranche jusqu'à 700, résidence commune": typed})
    assert [*errors(page).values()] == [[words]]


def test_a_price_is_typed_with_its_spaces_and_its_sign(in_force, cast):
    fill(in_force, "tariffs", 1, **{"Prix, tranche jusqu'à 700, résidence commune": "1 234,50 €"})
    assert draft_of(cast.alix).text == START.replace("2.10", "1234.50")


def test_the_same_values_write_no_draft(in_force):
    assert "Rien n'a été changé." in said(fill(in_force, "tariffs", 1))
    assert not RegulationDraft.objects.exists()


def test_new_prices_from_a_day_leave_the_old_ones_until_the_day_before(in_force, cast):
    answer = post(in_force, "rule_succeed", "tariffs", 1, premier="2027-09-01")
    assert answer["Location"] == reverse("desk:rule_value", args=["tariffs", 2])
    fill(in_force, "tariffs", 2, **{"Prix, tranche jusqu'à 700, résidence commune": "2,30"})
    known = rules.know(quotient=Decimal(300), residence="commune")
    tariffs = rules.parse(draft_of(cast.alix).text).tariffs
    found = [
        rules.price(tariffs, "cantine", day, known).amount for day in (date(2027, 8, 31), date(2027, 9, 1))
    ]
    assert found == [Decimal("2.10"), Decimal("2.30")]
    assert Regulation.objects.count() == 1


@pytest.mark.parametrize(("premier", "expected"), [("", "Remplissez"), ("0027-09-01", "quatre chiffres")])
def test_a_day_that_is_none_prepares_nothing(in_force, premier, expected):
    page = post(in_force, "rule_succeed", "tariffs", 1, premier=premier)
    assert page.status_code == 422
    assert expected in page.context["successor"].errors["premier"][0]
    assert not RegulationDraft.objects.exists()


def test_only_the_price_that_changes_is_told_of_a_rule_that_follows_another(in_force, cast):
    post(in_force, "rule_succeed", "tariffs", 1, premier="2036-09-01")
    fill(in_force, "tariffs", 2, **{"Prix, tranche jusqu'à 700, résidence commune": "2,30"})
    told = in_force.get(reverse("desk:regulation_edit")).context["changes"]
    assert list(told) == [
        "Règle « Repas », cantine : ses jours changent : jusqu'au dimanche 31 août 2036, "
        "puis dès le lundi 1er septembre 2036.",
        "Tarif « Repas », cantine, dès le lundi 1er septembre 2036, tranche jusqu'à 700, résidence commune : "
        "2,10 € devient 2,30 €.",
    ]


def test_what_is_past_is_not_priced_anew(in_force):
    page = post(in_force, "rule_succeed", "tariffs", 1, premier="2020-01-01")
    assert "Ce jour est passé" in errors(page, "successor")["premier"][0]
    assert not RegulationDraft.objects.exists()


def test_what_the_file_refuses_is_said_beside_the_field_in_its_words(in_force):
    label = "Prix, tranche jusqu'à 700, résidence commune"
    page = fill(in_force, "tariffs", 1, **{label: "-1"})
    [(name, words)] = errors(page).items()
    assert page.context["form"].fields[name].label == label
    assert words == ["Écrivez un nombre de 0 à 100 000."]
    assert not RegulationDraft.objects.exists()


def test_a_successor_before_the_rule_itself_is_refused_in_words(in_force, cast):
    fill(in_force, "tariffs", 1, **{"Premier jour de service concerné": "2036-10-01"})
    page = post(in_force, "rule_succeed", "tariffs", 1, premier="2036-09-01")
    assert "Ces valeurs ne vont pas ensemble" in page.context["successor"].errors["__all__"][0]
    assert post(in_force, "rule_succeed", "quotient", 1, premier="2036-09-01").status_code == 404


def test_a_form_opened_on_another_text_writes_nothing(in_force, cast):
    form = in_force.get(reverse("desk:rule_value", args=["tariffs", 1])).context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    other = START.replace('name = "Repas"', 'name = "Goûter"')
    keep_draft(other, over=1, actor=cast.alix, now=NOW)
    page = post(in_force, "rule_value", "tariffs", 1, **sent)
    assert "Cette règle a changé" in errors(page)["__all__"][0]
    assert draft_of(cast.alix).text == other


def test_a_rule_that_does_not_exist_is_not_found(in_force):
    for place in (["tariffs", 9], ["pirates", 1], ["tariffs", 0]):
        assert in_force.get(reverse("desk:rule_value", args=place)).status_code == 404


CASE = {"try-service": "cantine", "try-jour": "2026-12-03", "try-action": "book"}


def test_one_case_is_answered_by_the_text_as_it_is_typed(in_force):
    typed = START.replace("2.10", "2.45").replace("21:00", "18:30")
    sent = {"try-quotient": "700", "try-rang": "2", "try-residence": "commune"}
    page = post(in_force, "regulation_edit", text=typed, over=1, preview="1", **CASE, **sent)
    answer = page.context["answer"]
    assert (
        answer.situation == "Cantine, jeudi 3 décembre 2026, quotient 700, deuxième enfant, résidence commune"
    )
    assert "dimanche 29 novembre à 18 h 30" in answer.deadline.sentence
    assert answer.price.sentence == "2,45 € : quotient 700, tranche jusqu'à 700 : 2,45 €"
    assert page.context["form"].initial["text"] == typed
    assert not RegulationDraft.objects.exists()
    assert not page.context["checked"]


def test_what_is_missing_for_a_price_is_said(in_force):
    page = post(in_force, "regulation_edit", text=START, over=1, preview="1", **CASE)
    assert "dépend de : résidence" in page.context["answer"].price.sentence


def test_a_text_with_problems_answers_nothing_but_its_first_problem(in_force):
    typed = START.replace("2.10", '"deux"')
    page = post(in_force, "regulation_edit", text=typed, over=1, preview="1", **CASE)
    assert page.status_code == 422
    assert page.context["answer"] is None
    assert "le premier ligne" in page.content.decode()


def test_a_case_that_is_not_understood_is_told(in_force):
    page = post(
        in_force, "regulation_edit", text=START, over=1, preview="1", **{**CASE, "try-jour": "demain"}
    )
    assert page.status_code == 422
    assert "jour, le mois et l&#x27;année" in page.content.decode()


def test_a_draft_is_kept_once_by_text_and_journaled(in_force, cast):
    for _ in range(2):
        post(in_force, "regulation_edit", text=START.replace("21:00", "20:00"), over=1, check="1")
    assert draft_of(cast.alix).over == 1
    assert JournalEntry.objects.filter(verb="regulation.draft_kept").count() == 1


def test_a_draft_is_dropped_once(in_force, cast):
    keep_draft(START, over=1, actor=cast.alix, now=NOW)
    for _ in range(2):
        assert post(in_force, "draft_drop").status_code == 302
    assert not RegulationDraft.objects.exists()
    assert JournalEntry.objects.filter(verb="regulation.draft_dropped").count() == 1


def test_a_draft_overtaken_by_a_colleague_is_compared_again(in_force, cast):
    keep_draft(START.replace("21:00", "20:00"), over=1, actor=cast.alix, now=NOW)
    apply_regulation(START.replace("2.10", "2.20"), "", actor=None, now=NOW)
    page = in_force.get(reverse("desk:regulation_edit")).content.decode()
    assert "J'ai relu la version 2" in page
    post(in_force, "draft_compare")
    assert draft_of(cast.alix).over == 2
    assert "J'ai relu" not in in_force.get(reverse("desk:regulation_edit")).content.decode()


def test_a_draft_belongs_to_whoever_writes_it(in_force, cast):
    other = make.UserFactory(role="administrator")
    keep_draft(START.replace("2.10", "9.99"), over=1, actor=other, now=NOW)
    assert "9.99" not in in_force.get(reverse("desk:regulation_edit")).content.decode()
    assert "9,99" not in in_force.get(reverse("desk:rule_value", args=["tariffs", 1])).content.decode()


@pytest.mark.parametrize("count", [1, 5])
def test_the_queries_do_not_grow_with_the_rules(in_force, django_assert_num_queries, count):
    text = START
    text += "".join(f'[[tariffs]]\nname = "X"\nservices = ["x{n}"]\nprice = 1\n' for n in range(count))
    apply_regulation(text, "", actor=None, now=NOW)
    in_force.get(reverse("desk:rule_values"))
    with django_assert_num_queries(5):
        in_force.get(reverse("desk:rule_values"))
    with django_assert_num_queries(7):
        in_force.get(reverse("desk:regulation_edit"))
