"""Alix sets the year up and changes the rules; Lou only has the lists of the day."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from portail.accounts.models import Role, User
from portail.activities.actions.regulation import default_text
from portail.activities.models import Regulation, Session
from portail.attendance.models import Assignment
from portail.bookings.models import Booking
from tests import factories as make
from tests.e2e import mailbox as mails

PASSWORD = "sept-girafes-mauves-2031"
DEADLINE = '[[deadlines]]\nservices = ["cantine"]\nbefore = 2\nat = "10:00"\n\n'


@pytest.fixture
def alix(visit, town):
    visitor = visit()
    visitor.is_signed_in_as(town.alix)
    return visitor


@pytest.fixture
def alice(town):
    return town.family("Alice", "Martin", "7001", make.ChildFactory(first_name="Léa"))


def parent(visit, somebody):
    visitor = visit(width=360)
    visitor.is_signed_in_as(somebody.user)
    return visitor


def test_sessions_are_generated_from_the_calendar(alix, town):
    alix.goes("/guichet/activites/seances/")
    alix.sees("Séances")
    alix.follows("Générer les séances")
    alix.sees("Générer les séances")
    alix.fills({"Du": "2027-02-01", "Au (inclus)": "2027-02-28"})
    for box in alix.page.get_by_role("checkbox").all():
        box.check()
    alix.presses("Voir ce qui changerait")
    alix.sees("Générer les séances", "Ce qui changerait")
    assert not Session.objects.filter(date__year=2027, date__month=2).exists()
    alix.page.get_by_role("button", name=re.compile("Confirmer")).click()
    alix.page.wait_for_load_state()
    alix.sees("Séances")
    days = set(Session.objects.filter(date__year=2027, date__month=2).values_list("date", flat=True))
    assert date(2027, 2, 2) in days
    assert not {day for day in days if day.isoweekday() in (3, 6, 7)}  # no canteen on Wednesdays


def test_closing_a_day_over_bookings_shows_whom_tells_them_and_can_be_undone(
    alix, alice, visit, town, mailbox
):
    lunch = town.session("cantine", date(2026, 12, 3))
    lea = alice.household.children.get()
    booking = make.BookingFactory(child=lea, session=lunch, household=alice.household)
    alix.goes("/guichet/activites/fermetures/")
    alix.sees("Fermetures", "Aucune fermeture")
    alix.goes("/guichet/activites/fermetures/nouvelle/")
    alix.fills({"Du": "2026-12-03", "Au (inclus)": "2026-12-03"})
    alix.presses("Voir qui est touché")
    alix.sees("Fermer des séances", "3 séances à fermer", "1 réservation de 1 famille", "7001 MARTIN")
    assert Session.objects.exclude(closing=None).count() == 0
    alix.fills({"Motif donné aux familles": "Grève du 3 décembre"})
    alix.presses("Fermer, annuler et prévenir")
    alix.sees("Grève du 3 décembre", "7001 MARTIN")
    assert not Booking.objects.active().exists()
    assert "Grève du 3 décembre" in mails.text(mailbox.last("alice@exemple.fr"))
    mother = parent(visit, alice)
    mother.goes(f"/planning/{lea.pk}/2026-12/")
    mother.sees("Planning de Léa", "Grève du 3 décembre")
    alix.presses("Rouvrir ces séances")
    alix.sees("Grève du 3 décembre", "Levée")
    assert Booking.objects.active().get().session == booking.session
    mother.goes(f"/planning/{lea.pk}/2026-12/")
    expect(mother.field("Cantine, jeudi 3 décembre")).to_be_checked()


def test_a_colleague_is_invited_chooses_a_password_and_signs_in(alix, visit, mailbox):
    alix.goes("/guichet/administration/")
    alix.sees("Comptes de la mairie", "Agnès Mairie")
    alix.follows("Inviter un collègue")
    alix.sees("Inviter un collègue")
    address = "soline@mairie.example"
    alix.fills(
        {
            "Adresse e-mail professionnelle": address,
            "Prénom": "Soline",
            "Nom": "Roux",
            "Nom d'utilisateur": "soline",
        }
    )
    alix.page.get_by_label("Animateur", exact=False).or_(
        alix.page.get_by_label("Animation", exact=False)
    ).first.check()
    alix.presses("Envoyer l'invitation")
    alix.sees("Comptes de la mairie", "Soline Roux")
    soline = visit(width=360)
    soline.goes(mails.link(mailbox.last(address), "/mot-de-passe/"))
    soline.sees(re.compile("mot de passe"))
    soline.fills({"Mot de passe": PASSWORD, "Confirmation du mot de passe": PASSWORD})
    soline.presses("Enregistrer mon mot de passe")
    soline.goes("/connexion/")
    soline.fills({"Nom d'utilisateur": "soline", "Mot de passe": PASSWORD})
    soline.presses("Se connecter")
    soline.sees("Mes listes")
    assert User.objects.get(username="soline").role == Role.LEADER


def test_a_settings_file_with_a_slip_then_a_right_one_seen_by_families_at_once(alix, alice, visit, town):
    lea = alice.household.children.get()
    mother = parent(visit, alice)
    mother.goes(f"/planning/{lea.pk}/2026-12/")
    mother.sees("Planning de Léa", "Modifiable jusqu'au dimanche 29 novembre à 21 h")
    start, found, rest = default_text(town.commune.name, "B").partition("[[deadlines]]")
    assert found
    right = start + DEADLINE + found + rest
    alix.goes("/guichet/administration/reglement/")
    alix.sees("Règlement", "les réglages de départ")
    alix.follows("Modifier ou déposer")
    alix.sees("Modifier le règlement")
    wrong = right.replace("before = 2", "before = deux")
    alix.field("Déposer un fichier").set_input_files(
        {"name": "reglement.toml", "mimeType": "text/plain", "buffer": wrong.encode()}
    )
    alix.presses("Vérifier")
    alix.sees("Modifier le règlement", re.compile("1 point à corriger"))
    line = wrong[: wrong.index("before = deux")].count("\n") + 1
    expect(alix.page.get_by_role("cell", name=str(line), exact=True)).to_be_visible()
    alix.field("Fichier de réglages").fill(right)
    alix.presses("Vérifier")
    alix.sees("Modifier le règlement", "Ce que ce fichier change")
    alix.fills({"Motif du changement": "La cantine commande deux jours avant"})
    alix.presses("Appliquer maintenant")
    alix.sees("Règlement", "En vigueur : version 1")
    mother.page.reload()
    mother.sees("Planning de Léa", re.compile("deux jours|2 jours|avant-veille"))


def test_a_text_answers_while_it_is_typed(alix, town):
    tariff = '\n[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\nprice = 3.75\n'
    alix.goes("/guichet/administration/reglement/modifier/")
    alix.sees("Modifier le règlement")
    answer, text = alix.page.locator("#reponse"), alix.field("Fichier de réglages")
    start = default_text(town.commune.name, "B")
    text.fill(start + tariff)
    alix.page.get_by_label("Service", exact=True).select_option("cantine")
    alix.page.get_by_label("Jour", exact=True).fill("2026-12-03")
    expect(answer).to_contain_text("jeudi 3 décembre 2026")
    expect(answer).to_contain_text("3,75 €")
    expect(answer).to_contain_text("dimanche 29 novembre à 21 h")
    text.fill(start.replace("21:00", "18:30") + tariff.replace("3.75", "4.10"))
    text.press("End")
    expect(answer).to_contain_text("4,10 €")
    expect(answer).to_contain_text("à 18 h 30")
    assert not Regulation.objects.exists()


def test_a_news_is_seen_as_it_will_be_then_published(alix, visit):
    alix.goes("/guichet/publications/")
    alix.sees("Actualités")
    alix.follows("Écrire une actualité")
    alix.fills({"Titre": "Marché de Noël", "Texte": "Samedi sur la place."})
    alix.presses("Aperçu")
    alix.reads("Rien n'est encore enregistré")
    alix.presses("Enregistrer")
    alix.sees("Actualités", "Marché de Noël")
    anybody = visit(width=360)
    anybody.goes("/")
    anybody.sees("Portail Famille", "Marché de Noël", "Samedi sur la place.")


def test_lou_sees_the_lists_of_the_day_and_nothing_else(alice, visit, town):
    lunch = town.session("cantine", date(2026, 11, 24))
    make.BookingFactory(child=alice.household.children.get(), session=lunch, household=alice.household)
    Assignment.objects.create(user=town.lou, place=lunch.place)
    lou = visit(width=768)
    lou.is_signed_in_as(town.lou)
    lou.goes("/")
    lou.sees("Mes listes")
    lou.goes("/guichet/")
    lou.sees("Bonjour Lou")
    lou.unfolds("Menu du guichet")
    menu = lou.page.get_by_role("navigation", name="Guichet").get_by_role("link").all_inner_texts()
    assert [entry.strip() for entry in menu] == ["Accueil", "Listes du jour"]
    lou.follows("Listes du jour", among="Guichet")
    lou.sees("Listes du jour", "Cantine")
    lou.page.get_by_role("link", name=re.compile("^Cantine")).click()
    lou.page.wait_for_url("**prestation=*")
    lou.sees("Listes du jour", "Léa")
    lou.goes("/guichet/familles/")
    lou.sees(re.compile("pas ouverte|réservée|droit|accès"))
