"""Lou, a leader whose tablet loses the network: what she touches is kept, sent when it is back, and nothing is doubled.

The clock of her tablet is not the server's: it is compared, and the hours are ours.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portail.accounts.models import Role
from portail.attendance.models import Assignment, Mark
from portail.attendance.queries.lists import day_list
from tests import factories as make
from tests.cast import staff
from tests.e2e.visitors import Visitor

TODAY = date(2026, 11, 24)
EVERYTHING_KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
    }
  }
  return found;
}"""
STORES = """async () => {
  const found = {};
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => { indexedDB.open(name).onsuccess = (event) => done(event.target.result); });
    for (const kind of db.objectStoreNames) {
      const all = db.transaction(kind).objectStore(kind).getAll();
      await new Promise((done) => { all.onsuccess = done; });
      found[`${name} ${kind}`] = JSON.stringify(all.result);
    }
    db.close();
  }
  return found;
}"""


@pytest.fixture
def tablet(chromium: Browser, live_server) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=live_server.url,
        viewport={"width": 768, "height": 900},
        locale="fr-FR",
        reduced_motion="reduce",
    )
    failures: list[str] = []
    context.on("weberror", lambda error: failures.append(str(error.error)))
    context.set_default_timeout(10_000)
    yield context
    context.close()
    assert failures == []


@pytest.fixture
def lunch(town):
    """Emma, Hugo and Jade at the canteen today, where Lou is assigned."""
    found = town.session("cantine", TODAY)
    for family, name in ((town.maurice, "Emma"), (town.maurice, "Hugo"), (town.marie, "Jade")):
        child = family.household.children.get(first_name=name)
        make.BookingFactory(child=child, session=found, household=family.household)
    Assignment.objects.create(user=town.lou, place=found.place)
    return found


def row(page: Page, name: str):
    return page.locator("li", has_text=name)


def touches(page: Page, name: str, word: str) -> None:
    row(page, name).get_by_role("button", name=word).click()


def sending(page: Page):
    return page.get_by_role("status", name="Envoi des pointages")


def states(lunch) -> dict[str, str]:
    return {row.name.split()[-1]: row.state.presence.value for row in day_list(lunch).rows}


def test_a_leader_without_network(tablet, town, lunch, live_server, clock):
    page = tablet.new_page()
    lou = Visitor(page, live_server.url, clock)
    lou.is_signed_in_as(town.lou)
    page.goto(f"/terrain/listes/{lunch.pk}/")
    expect(sending(page)).to_contain_text("Tout est enregistré à 10 h")
    expect(sending(page)).to_contain_text("les heures sont corrigées")
    page.evaluate("navigator.serviceWorker.ready")
    touches(page, "Emma", "Présent")
    expect(row(page, "Emma").get_by_role("button", name="Présent")).to_have_attribute("aria-pressed", "true")

    tablet.set_offline(True)
    touches(page, "Hugo", "Absent")
    expect(row(page, "Hugo")).to_contain_text("Absent, à envoyer")
    expect(sending(page)).to_contain_text("Sans réseau · 1 pointage en attente d'envoi")
    page.reload()
    expect(page.locator("h1")).to_have_text("Cantine")
    expect(row(page, "Hugo").get_by_role("button", name="Absent")).to_have_attribute("aria-pressed", "true")
    expect(row(page, "Emma").get_by_role("button", name="Présent")).to_have_attribute("aria-pressed", "true")
    assert lou.problems() == []
    touches(page, "Jade", "Présent")
    page.get_by_label("Un enfant est là sans être sur la liste").fill("Zélie")
    page.get_by_role("button", name="L'ajouter").click()
    expect(sending(page)).to_contain_text("3 pointages en attente d'envoi")
    kept = dict(page.evaluate(EVERYTHING_KEPT))
    assert len(kept) == 4
    assert not any(name in body for body in kept.values() for name in ("Emma", "DEMOCIVI", "Lou"))
    assert "Emma" not in page.evaluate(STORES)["portail-pointages marks"]

    tablet.clear_cookies()  # the session ended meanwhile
    tablet.set_offline(False)
    expect(sending(page)).to_contain_text("Ils partiront dès que vous serez connecté")
    assert Mark.objects.count() == 1
    lou.is_signed_in_as(town.lou)
    page.goto("/terrain/")
    expect(sending(page)).to_contain_text("Tout est enregistré à 10 h")
    assert states(lunch) == {"Emma": "present", "Hugo": "absent", "Jade": "present", "Zélie": "present"}
    assert Mark.objects.count() == 4
    assert {mark.at.date() for mark in Mark.objects.all()} == {TODAY}


def test_a_shared_tablet_keeps_nobodys_names_and_everybodys_marks(tablet, town, lunch, live_server, clock):
    """Lou's mark waits; Max signs in, then out; a family comes: nothing stays but the mark, which is Lou's."""
    page, max_ = tablet.new_page(), staff("max", "Max", Role.LEADER)
    Assignment.objects.create(user=max_, place=lunch.place)
    visitor = Visitor(page, live_server.url, clock)
    visitor.is_signed_in_as(town.lou)
    page.goto(f"/terrain/listes/{lunch.pk}/")
    page.evaluate("navigator.serviceWorker.ready")
    expect(sending(page)).to_contain_text("Tout est enregistré")
    tablet.set_offline(True)
    touches(page, "Hugo", "Absent")
    expect(sending(page)).to_contain_text("1 pointage en attente d'envoi")
    tablet.clear_cookies()
    tablet.set_offline(False)
    visitor.is_signed_in_as(max_)
    page.goto("/terrain/")
    expect(sending(page)).to_contain_text("1 pointage est d'une autre personne")
    page.wait_for_function(f"async () => (await ({STORES})())['portail-listes lists'].includes('Emma')")
    assert not Mark.objects.exists()
    with page.expect_navigation():
        page.get_by_role("button", name="Déconnexion").click()
    assert not any(name in str(page.evaluate(STORES)) for name in ("Emma", "DEMOCIVI", "Hugo"))

    before = sorted(path for path, _ in page.evaluate(EVERYTHING_KEPT))
    visitor.is_signed_in_as(
        town.family("Paul", "Durand", "8001", town.maurice.household.children.first()).user
    )
    for path in ("/", "/planning/", "/dossier/"):
        page.goto(path)
    assert page.evaluate("!navigator.serviceWorker.controller")
    kept = page.evaluate(EVERYTHING_KEPT)
    assert sorted(path for path, _ in kept) == before
    assert not any(name in str(kept) for name in ("Emma", "DEMOCIVI", "Durand"))
    assert page.goto("/terrain/").status == 404
    tablet.set_offline(True)
    page.goto("/terrain/")
    expect(page.locator("main")).to_contain_text("Aucune liste n'est gardée sur cet appareil")

    tablet.set_offline(False)
    visitor.is_signed_in_as(town.lou)
    page.goto("/terrain/")
    expect(sending(page)).to_contain_text("Tout est enregistré")
    assert [(mark.author, mark.kind) for mark in Mark.objects.all()] == [(town.lou, "absent")]
