"""What goes otherwise than planned when one signs up: refusals, links that ran out, other tabs, lost passwords."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from portail.accounts.models import User
from portail.families.models import Adult, Request
from tests.e2e import mailbox as mails

ADDRESS, OTHER = "maurice@poste.example", "maurice.d@poste.example"
PASSWORD, NEXT = "trois-hiboux-gris-2031", "deux-loutres-bleues-2031"


@pytest.fixture
def maurice(visit, town):
    return visit(width=360)


def tells_who_he_is(visitor, *, username: str = "maurice.d", email: str = ADDRESS) -> None:
    visitor.goes("/inscription/")
    visitor.fills(
        {
            "Nom": "Democivil",
            "Prénom": "Maurice",
            "Adresse e-mail": email,
            "Confirmation d'adresse e-mail": email,
            "Nom d'utilisateur": username,
            "Mot de passe": PASSWORD,
            "Confirmation du mot de passe": PASSWORD,
        }
    )
    visitor.presses("Enregistrer")
    visitor.reads("Étape 2/3")


def signs_up(visitor, **told) -> None:
    tells_who_he_is(visitor, **told)
    visitor.fills({"Numéro de dossier": "6354", "Nom": "DEMOCIVIL"})
    visitor.presses("Enregistrer")
    accepts(visitor)


def accepts(visitor) -> None:
    visitor.ticks("J'accepte les conditions générales d'utilisation")
    visitor.presses("Valider mon inscription")
    visitor.sees("Bienvenue sur le portail")


def activates(visitor, mail) -> None:
    visitor.goes(mails.link(mail, "/activation/"))
    visitor.presses("Activer mon compte")


def signs_in(visitor, *, password: str = PASSWORD, name: str = "maurice.d") -> None:
    visitor.goes("/connexion/")
    visitor.fills({"Nom d'utilisateur": name, "Mot de passe": password})
    visitor.presses("Se connecter")


# --- step by step
def test_everything_missing_is_said_at_once_and_what_was_typed_stays(maurice):
    maurice.goes("/inscription/")
    maurice.fills({"Nom": "Démocivil", "Nom d'utilisateur": "maurice@d", "Mot de passe": "démocivil 2026"})
    maurice.presses("Enregistrer")
    maurice.sees("Créer mon compte", "choses à corriger")
    assert maurice.page.evaluate("document.activeElement.id") == "summary"
    expect(maurice.field("Nom")).to_have_value("Démocivil")
    expect(maurice.field("Nom d'utilisateur")).to_have_value("maurice@d")
    expect(maurice.field("Mot de passe")).to_have_value("")


def test_a_wrong_pair_is_refused_in_the_same_words_whatever_is_wrong(maurice):
    tells_who_he_is(maurice)
    told = []
    for number, name in (("6354", "Democivis"), ("999999", "Democivil")):
        maurice.fills({"Numéro de dossier": number, "Nom": name})
        maurice.presses("Enregistrer")
        maurice.sees("Créer mon compte", "Ce numéro et ce nom ne vont pas ensemble")
        expect(maurice.field("Numéro de dossier")).to_have_value(number)
        told.append(maurice.page.inner_text("#summary"))
    assert told[0] == told[1]


def test_wrong_pairs_are_slowed_down_and_the_right_one_passes_after_the_wait(maurice, clock):
    tells_who_he_is(maurice)
    for _ in range(8):
        maurice.fills({"Numéro de dossier": "6354", "Nom": "Dupont"})
        maurice.presses("Enregistrer")
    maurice.sees("Créer mon compte", "seconde")
    clock.shift(900)
    maurice.fills({"Nom": "Democivil"})
    maurice.presses("Enregistrer")
    maurice.sees("Créer mon compte", "Étape 3/3")


def test_cancelling_keeps_nothing(maurice):
    tells_who_he_is(maurice)
    maurice.fills({"Numéro de dossier": "6354", "Nom": "DEMOCIVIL"})
    maurice.presses("Enregistrer")
    maurice.presses("Annuler")
    maurice.sees("Créer mon compte", "Étape 1/3", "rien n'a été gardé")
    expect(maurice.field("Nom")).to_have_value("")
    assert not User.objects.filter(username="maurice.d").exists()


@pytest.mark.parametrize("script", [True, False])
def test_the_steps_survive_back_and_reload(visit, town, script):
    maurice = visit(width=360, script=script)
    tells_who_he_is(maurice)
    maurice.page.go_back()
    maurice.sees("Créer mon compte", "Étape 1/3")
    maurice.page.reload()
    expect(maurice.field("Nom d'utilisateur")).to_have_value("maurice.d")
    maurice.presses("Enregistrer")  # the password need not be typed again
    maurice.fills({"Numéro de dossier": "6354", "Nom": "DEMOCIVIL"})
    maurice.presses("Enregistrer")
    maurice.page.reload()
    maurice.sees("Créer mon compte", "Étape 3/3", "maurice.d")
    accepts(maurice)
    maurice.page.go_back()
    maurice.page.reload()
    maurice.sees("Bienvenue sur le portail")  # there is nothing left to validate twice
    assert User.objects.filter(username="maurice.d").count() == 1


def test_what_another_tab_changed_is_shown_before_it_is_validated(maurice):
    tells_who_he_is(maurice)
    maurice.fills({"Numéro de dossier": "6354", "Nom": "DEMOCIVIL"})
    maurice.presses("Enregistrer")
    other = maurice.opens_a_tab()
    tells_who_he_is(other, username="autre.nom")
    maurice.ticks("J'accepte les conditions générales d'utilisation")
    maurice.presses("Valider mon inscription")
    maurice.sees("Créer mon compte", "autre.nom", "ont changé dans un autre onglet")
    maurice.presses("Valider mon inscription")
    maurice.sees("Bienvenue sur le portail")


# --- the mailed link
def test_a_link_that_expired_then_one_asked_too_late(maurice, mailbox, clock):
    signs_up(maurice)
    clock.shift(timedelta(hours=24, minutes=1))
    maurice.goes(mails.link(mailbox.last(ADDRESS), "/activation/"))
    maurice.sees("Ce lien a expiré", "24 heures")
    maurice.follows("Recommencer mon inscription")
    maurice.sees("Créer mon compte")
    signs_up(maurice)  # the user name is free again
    activates(maurice, mailbox.last(ADDRESS))
    maurice.sees("Connexion", "Votre compte est activé et rattaché à votre dossier")


def test_only_the_last_link_works_and_once(maurice, mailbox):
    signs_up(maurice)
    signs_in(maurice)
    maurice.sees("Connexion", "n'est pas encore activé")
    maurice.page.get_by_role("link", name="Renvoyer le lien").first.click()
    maurice.sees("Renvoyer le lien d'activation")
    maurice.fills({"Adresse e-mail ou nom d'utilisateur": ADDRESS})
    maurice.presses("Renvoyer le lien")
    maurice.sees("Regardez vos messages")
    first, last = mailbox.of(ADDRESS)
    maurice.goes(mails.link(first, "/activation/"))
    maurice.sees("Un lien plus récent existe")
    activates(maurice, last)
    maurice.sees("Connexion", "Votre compte est activé")
    maurice.goes(mails.link(last, "/activation/"))
    maurice.sees("Votre compte est déjà activé")
    maurice.goes("/activation/inconnu/")
    maurice.sees("Nous ne reconnaissons pas ce lien")


def test_the_answer_is_the_same_for_an_account_that_does_not_exist(maurice, mailbox):
    signs_up(maurice)
    told = []
    for login in (ADDRESS, "personne@poste.example"):
        maurice.goes("/activation/renvoyer/")
        maurice.fills({"Adresse e-mail ou nom d'utilisateur": login})
        maurice.presses("Renvoyer le lien")
        told.append((maurice.page.url, maurice.page.inner_text("main")))
    assert told[0] == told[1]
    assert mailbox.of("personne@poste.example") == []


def test_a_mistyped_address_is_put_right(maurice, mailbox):
    signs_up(maurice, email="maurice@fauxposte.example")
    maurice.goes("/connexion/")
    maurice.follows("corriger mon adresse e-mail")
    maurice.sees("Corriger mon adresse e-mail")
    maurice.fills(
        {"Nom d'utilisateur": "maurice.d", "Mot de passe": PASSWORD, "Votre bonne adresse e-mail": OTHER}
    )
    maurice.presses("Envoyer le lien à cette adresse")
    maurice.sees("Regardez vos messages")
    activates(maurice, mailbox.last(OTHER))
    signs_in(maurice)
    maurice.sees("Bonjour Maurice")


def test_a_forgotten_password(maurice, mailbox):
    signs_up(maurice)
    activates(maurice, mailbox.last(ADDRESS))
    maurice.goes("/")
    maurice.follows("Mot de passe oublié ?")
    maurice.sees("Mot de passe oublié")
    maurice.fills({"Adresse e-mail ou nom d'utilisateur": ADDRESS})
    maurice.presses("Recevoir un lien")
    maurice.sees("Regardez vos messages")
    maurice.goes(mails.link(mailbox.about(ADDRESS, "Choisissez un nouveau mot de passe"), "/mot-de-passe/"))
    maurice.sees("Choisir mon mot de passe")
    maurice.fills({"Mot de passe": NEXT, "Confirmation du mot de passe": NEXT})
    maurice.presses("Enregistrer mon mot de passe")
    signs_in(maurice)
    maurice.sees("Connexion", "ne vont pas ensemble")
    signs_in(maurice, password=NEXT, name=ADDRESS.upper())
    maurice.sees("Bonjour Maurice")
    assert mailbox.about(ADDRESS, "Votre mot de passe a été changé")


# --- without the letter of the commune
def test_continuing_without_waits_for_an_agent(maurice, mailbox):
    tells_who_he_is(maurice)
    maurice.ticks("Je n'ai pas ces informations, continuer sans")
    maurice.presses("Enregistrer")
    maurice.sees("Créer mon compte", "Vous continuez sans numéro de dossier")
    accepts(maurice)
    activates(maurice, mailbox.last(ADDRESS))
    signs_in(maurice)
    maurice.sees("Bonjour Maurice", "Votre compte attend son dossier")
    maurice.goes("/planning/")
    maurice.reads("Votre compte attend son dossier")
    waiting = Request.objects.get(kind=Request.Kind.LINK, state=Request.State.WAITING)
    assert waiting.author.username == "maurice.d"
    assert not Adult.objects.filter(user=waiting.author).exists()


def test_another_first_name_is_not_given_the_dossier_at_once(maurice, town, mailbox):
    """A number and a name name a household, not a person."""
    town.maurice.first_name = "Mauricette"
    town.maurice.save()
    signs_up(maurice)
    activates(maurice, mailbox.last(ADDRESS))
    maurice.sees("Connexion", "le service va le rattacher à votre dossier")
    signs_in(maurice)
    maurice.sees("Bonjour Maurice", "Votre compte attend son dossier")


def test_the_address_that_the_dossier_knows_is_told_of_the_account(maurice, mailbox):
    signs_up(maurice, email=OTHER)
    activates(maurice, mailbox.last(OTHER))
    (told,) = mailbox.of(ADDRESS)
    assert told["Subject"] == "Un compte a été rattaché à votre dossier"
    assert "6354" in mails.text(told)
