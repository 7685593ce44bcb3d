"""The journey of the commune's guide, from the public page to the receipt of the days booked, and out again.

Once by finger on a phone, by mouse on a large screen, in the dark with the keyboard alone, and without any script.
"""

import re

import pytest

from portail.bookings.models import Booking
from portail.families.models import Adult
from tests.e2e import mailbox as mails

ADDRESS = "maurice@poste.example"
PASSWORD = "trois-hiboux-gris-2031"
VISITORS = {
    "phone": {"width": 360},
    "desktop": {"width": 1280},
    "phone without script": {"width": 360, "script": False},
    "desktop without script": {"width": 1280, "script": False},
    "keyboard in the dark": {"width": 1280, "keyboard": True, "scheme": "dark"},
}


@pytest.mark.parametrize("how", VISITORS)
def test_the_journey_of_the_guide(how, visit, town, mailbox):
    maurice = visit(**VISITORS[how])
    signs_up(maurice)
    activates(maurice, mailbox)
    signs_in(maurice)
    looks_around_the_dossier(maurice)
    changes_telephones(maurice)
    asks_for_another_address(maurice)
    books_days(maurice, mailbox)
    signs_out(maurice)

    adult = Adult.objects.get(pk=town.maurice.pk)
    assert (adult.mobile_phone, adult.user.username) == ("+33698765432", "maurice.d")
    assert sorted(
        (booking.session.service.code, booking.session.date.day) for booking in Booking.objects.active()
    ) == [("cantine", 1), ("soir", 1)]


def signs_up(maurice) -> None:
    maurice.goes("/")
    maurice.sees(
        "Portail Famille",
        "Actualités",
        "Délais de réservation",
        "Règlement du périscolaire",
        "Service enfance et jeunesse",
    )
    maurice.follows("Inscrivez-vous")
    maurice.sees("Créer mon compte", "Étape 1/3 · Mes informations")
    maurice.fills(
        {
            "Nom": "Démocivil",
            "Prénom": "Maurice",
            "Adresse e-mail": ADDRESS,
            "Confirmation d'adresse e-mail": ADDRESS,
            "Nom d'utilisateur": "maurice.d",
            "Mot de passe": PASSWORD,
            "Confirmation du mot de passe": PASSWORD,
        }
    )
    maurice.presses("Enregistrer")
    maurice.sees("Créer mon compte", "Étape 2/3 · Mes références dossier")
    maurice.fills({"Numéro de dossier": " 6354 ", "Nom": "democi-vil"})
    maurice.presses("Enregistrer")
    maurice.sees("Créer mon compte", "Étape 3/3 · Récapitulatif", "maurice.d", "6354")
    assert PASSWORD not in maurice.page.content()
    maurice.ticks("J'accepte les conditions générales d'utilisation")
    maurice.presses("Valider mon inscription")
    maurice.sees(
        "Bienvenue sur le portail", "Maurice Démocivil, votre espace personnel a été créé", "24 heures"
    )
    maurice.follows("Retour à la page d'accueil")
    maurice.sees("Portail Famille")


def activates(maurice, mailbox) -> None:
    (mail,) = mailbox.of(ADDRESS)
    assert "maurice.d" in mails.text(mail)
    assert "maurice.d" in mails.html(mail)
    assert PASSWORD not in mails.text(mail) + mails.html(mail)
    maurice.goes(mails.link(mail, "/activation/"))
    maurice.sees("Activer mon compte", "maurice.d")
    maurice.presses("Activer mon compte")
    maurice.sees("Connexion", "Votre compte est activé et rattaché à votre dossier")


def signs_in(maurice) -> None:
    maurice.fills({"Nom d'utilisateur": "maurice.d", "Mot de passe": PASSWORD})
    maurice.ticks("Se rappeler de moi")
    maurice.presses("Se connecter")
    maurice.sees("Bonjour Maurice", "MON DOSSIER", "PLANNING", "FACTURATION")
    (cookie,) = [c for c in maurice.page.context.cookies() if c["name"] == "portail_session"]
    assert cookie["expires"] > 0  # kept when the browser closes


def looks_around_the_dossier(maurice) -> None:
    maurice.follows("Consulter mon dossier et mes démarches")
    maurice.sees("Mon dossier", "Dossier 6354", "Emma Democivil", "Hugo Democivil", "École Jules-Verne")
    maurice.follows("Accueil", among="Rubriques")
    maurice.follows("Accéder à mes documents dématérialisés")
    maurice.sees("Mes documents", "Aucun document pour l'instant")
    maurice.follows("Accueil", among="Rubriques")
    maurice.follows("Consulter l'historique de mon compte")
    maurice.sees("Historique de mon compte", "Aucune facture n'a été faite")
    maurice.follows("Accueil", among="Rubriques")


def changes_telephones(maurice) -> None:
    maurice.follows("Modifier mes coordonnées")
    maurice.sees("Mes coordonnées", "Téléphone mobile")
    maurice.follows("Modifier mes coordonnées")
    maurice.fills({"Téléphone mobile": "06.98.76.54.32"})
    maurice.presses("Enregistrer")
    maurice.sees("Mes coordonnées", "06 98 76 54 32")


def asks_for_another_address(maurice) -> None:
    maurice.follows("Dossier", among="Rubriques")
    maurice.follows("Demander un changement d'adresse")
    maurice.sees("Changer d'adresse")
    maurice.fills({"Adresse": "3 impasse du Moulin", "Code postal": "14220", "Commune": "Valmont-sur-Orne"})
    maurice.presses("Envoyer ma demande")
    maurice.sees(
        re.compile("adresse", re.IGNORECASE), "12 rue des Lilas", "3 impasse du Moulin", "Chez le service"
    )


def books_days(maurice, mailbox) -> None:
    maurice.follows("Accueil", among="Rubriques")
    maurice.follows("Visualiser le planning de mes enfants")
    maurice.sees("Planning d'Emma", "novembre 2026", "Modifiable jusqu'au dimanche 29 novembre à 21 h")
    maurice.follows("Mois suivant : décembre 2026")
    maurice.sees("Planning d'Emma", "décembre 2026", "Légende")
    for service in ("Cantine", "Soir"):
        maurice.ticks(f"{service}, mardi 1er décembre")
    maurice.ticks("Cantine, jeudi 3 décembre")
    maurice.unticks("Cantine, jeudi 3 décembre")
    maurice.presses("Vérifier")
    maurice.sees("Vérifiez vos changements", "Rien n'est encore enregistré", "Ajouté (2)", "2 changements")
    assert not Booking.objects.exists()
    maurice.presses("Valider")
    maurice.sees("C'est enregistré", re.compile(r"R-2026-\d+"), "Garderie du soir", "Un courriel est parti à")
    number = re.search(r"R-2026-\d+", maurice.page.inner_text("main"))[0]
    mail = mailbox.last(ADDRESS)
    assert number in mail["Subject"]
    assert "mardi 1er décembre" in mails.text(mail)


def signs_out(maurice) -> None:
    maurice.presses("Déconnexion")
    maurice.sees("Portail Famille", "Vous êtes déconnecté")
    maurice.goes("/planning/")
    maurice.sees("Connexion")
