"""The guide once more, as whoever tries the product does: the real server, its worker, the invented commune."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import visitors_of
from tests.host.portal import portal as portal  # the fixture

ADDRESS = "marie@poste.example"
PASSWORD = "trois-hiboux-gris-2031"
MOST_MONTHS = 12


@pytest.fixture
def served(portal):
    """A portal on the invented commune, being served."""
    done = portal.run("demo")
    assert done.returncode == 0, done.stderr
    with portal.serving():
        yield portal


@pytest.fixture
def visit(served, chromium):
    with visitors_of(chromium, served.url, None) as opened:
        yield opened


def test_marie_goes_through_the_guide_with_the_server_that_people_run(served, visit):
    marie = visit(width=360)
    signs_up(marie)
    activates(marie)
    signs_in(marie, "marie", PASSWORD)
    marie.sees("Bonjour Marie", "MON DOSSIER", "PLANNING", "FACTURATION")
    marie.follows("Consulter mon dossier et mes démarches")
    marie.sees("Mon dossier", "Dossier 1901 · DEMOCIVIS")
    books_a_day(marie)


def test_every_account_that_is_printed_can_sign_in(served, visit):
    for account in json.loads((served.data / "demo-accounts.json").read_text(encoding="utf-8")):
        somebody = visit()
        signs_in(somebody, account["username"], account["password"])
        somebody.sees(re.compile("^(Bonjour |Mes listes)"))


def signs_up(marie) -> None:
    marie.goes("/")
    marie.sees("Portail Famille", "Actualités", "Documents utiles")
    marie.follows("Inscrivez-vous")
    marie.sees("Créer mon compte")
    marie.fills(
        {
            "Nom": "Democivis",
            "Prénom": "Marie",
            "Adresse e-mail": ADDRESS,
            "Confirmation d'adresse e-mail": ADDRESS,
            "Nom d'utilisateur": "marie",
            "Mot de passe": PASSWORD,
            "Confirmation du mot de passe": PASSWORD,
        }
    )
    marie.presses("Enregistrer")
    marie.fills({"Numéro de dossier": "1901", "Nom": "démocivis"})
    marie.presses("Enregistrer")
    marie.ticks("J'accepte les conditions générales d'utilisation")
    marie.presses("Valider mon inscription")
    marie.sees("Bienvenue sur le portail", "Marie Democivis, votre espace personnel a été créé")


def activates(marie) -> None:
    """The worker sends by itself; the mail is read where the trial keeps it."""
    subject = marie.page.get_by_role("link", name="Activez votre compte sur le Portail Famille")
    marie.goes("/dev/courrier/")
    for _ in range(30):
        if subject.count():
            break
        marie.page.wait_for_timeout(500)  # the worker looks at its outbox once a second
        marie.page.reload()
    subject.click()
    marie.page.wait_for_load_state()
    found = re.search(r"http\S+/activation/\S+", marie.page.inner_text("main"))
    assert found, marie.page.inner_text("main")
    marie.goes(urlsplit(found[0]).path)
    marie.presses("Activer mon compte")
    marie.sees("Connexion", "Votre compte est activé et rattaché à votre dossier")


def signs_in(somebody, name: str, password: str) -> None:
    somebody.goes("/connexion/")
    somebody.fills({"Nom d'utilisateur": name, "Mot de passe": password})
    somebody.presses("Se connecter")


def books_a_day(marie) -> None:
    """The first free day from next month on: the invented commune follows today's date."""
    marie.follows("Planning", among="Rubriques")
    free = marie.page.locator("label.slot input:not(:checked)")
    for _ in range(MOST_MONTHS):
        with marie.page.expect_navigation():
            marie.page.get_by_role("link", name=re.compile("^Mois suivant")).click()
        if free.count():
            break
    marie.sees(re.compile("Planning d"))
    day = free.first.get_attribute("aria-label")
    marie.ticks(day)
    marie.presses("Vérifier")
    marie.sees("Vérifiez vos changements", "Ajouté (1)")
    marie.presses("Valider")
    marie.sees("C'est enregistré", re.compile(r"R-\d{4}-\d+"))
    marie.follows("Retour au planning")
    expect(marie.field(day)).to_be_checked()
