"""The components in a real browser: what axe says of them, and what app.js adds to pages that work without it."""

import pytest

from portail.core import specimen
from tests.e2e.visitors import accessibility_problems, is_wider_than_screen


@pytest.fixture(autouse=True)
def portal(settings):
    settings.ROOT_URLCONF = "tests.core.urls"
    settings.PORTAIL_SITE = "tests.core.urls.site"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_every_component_is_accessible_and_fits(open_page, width, scheme):
    page = open_page("/dev/specimen/", width=width, scheme=scheme)
    found = {}
    for name in specimen.PAGES:
        for query in ("", "?erreurs=1"):
            page.goto(f"/dev/specimen/{name}/{query}")
            problems = accessibility_problems(page)
            if is_wider_than_screen(page):
                problems.append("wider than the screen")
            if problems:
                found[name + query] = problems
    assert found == {}


def test_targets_of_the_planning_are_large_enough_on_a_phone(open_page):
    page = open_page("/dev/specimen/planning/", width=360)
    boxes = [slot.bounding_box() for slot in page.locator("label.slot").all()]
    assert boxes
    assert min(box["height"] for box in boxes) >= 44
    assert min(box["width"] for box in boxes) >= 200


def test_the_preference_gives_the_list_on_a_large_screen(open_page):
    page = open_page("/dev/specimen/planning/?liste=1")
    assert not page.locator(".planning-table thead").is_visible()
    page.goto("/dev/specimen/planning/")
    assert page.locator(".planning-table thead").is_visible()


def test_changes_of_a_planning_are_counted_with_their_price(open_page):
    page = open_page("/dev/specimen/planning/")
    bar = page.locator("[data-count]")
    before = bar.inner_text()
    slots = page.locator("label.slot")
    slots.nth(0).click()  # the morning of Monday, 1,10 €
    assert (
        bar.inner_text()
        == "1 changement · +\N{NO-BREAK SPACE}1,10\N{NO-BREAK SPACE}€ · jusqu'à dimanche 21 h"
    )
    slots.nth(1).click()  # its lunch, 4,37 €, was booked
    assert (
        bar.inner_text()
        == "2 changements · −\N{NO-BREAK SPACE}3,27\N{NO-BREAK SPACE}€ · jusqu'à dimanche 21 h"
    )
    slots.nth(0).click()
    slots.nth(1).click()
    assert bar.inner_text() == before


def test_changes_not_saved_are_seen_without_script(open_page):
    page = open_page("/dev/specimen/planning/", javascript=False)
    slot = page.locator("label.slot").first
    slot.click()
    assert slot.locator("input").is_checked()
    assert page.locator("label.slot:has(input:checked:not([checked]))").count() == 1


def test_a_password_can_be_read_and_is_judged(open_page):
    page = open_page("/dev/specimen/inscription/")
    field, line = page.locator("#id_password"), page.locator(".strength")
    assert not line.is_visible()
    page.fill("#id_last_name", "Démocivil")
    judged = {}
    for word in ("court", "azertyuiop1234", "DEMOCIVIL-2026-x", "aaaaaaaaaaaaaa", "cheval agrafe correct"):
        field.fill(word)
        judged[word] = line.inner_text().strip()
    assert judged == {
        "court": "Encore trop court : 12 caractères au moins",
        "azertyuiop1234": "Trop facile à deviner : choisissez autre chose qu'un mot ou une suite connus",
        "DEMOCIVIL-2026-x": "N'y mettez ni votre nom, ni votre prénom, ni votre nom d'utilisateur",
        "aaaaaaaaaaaaaa": "Trop facile à deviner : choisissez autre chose qu'un mot ou une suite connus",
        "cheval agrafe correct": "Solide",
    }
    page.get_by_role("button", name="Afficher le mot de passe").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Masquer le mot de passe").click()
    assert field.get_attribute("type") == "password"


def test_what_is_to_correct_takes_the_focus(open_page):
    page = open_page("/dev/specimen/inscription/?erreurs=1")
    assert page.evaluate("document.activeElement.id") == "summary"
    page.get_by_role("link", name="Écrivez l'adresse en entier").click()
    assert page.evaluate("document.activeElement.id") == "id_email"


def test_a_confirmation_is_asked_then_sent_once(open_page):
    page = open_page("/dev/specimen/")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data))
    button = page.get_by_role("button", name="Avec confirmation")
    button.click()
    page.get_by_role("button", name="Garder").click()
    assert page.evaluate("document.activeElement.textContent") == "Avec confirmation"
    assert sent == []
    button.click()
    with page.expect_navigation():
        page.get_by_role("button", name="Annuler la réservation").click()
    assert [body.rpartition("&")[2] for body in sent] == ["confirmed=1"]


TWO_CLICKS = """() => {
  let sent = 0;
  document.addEventListener("submit", (event) => { sent += 1; event.preventDefault(); });
  const button = document.querySelector("main form .button-primary");
  button.click();
  button.click();
  return [sent, button.getAttribute("aria-disabled")];
}"""


def test_a_second_click_sends_nothing_more(open_page):
    page = open_page("/dev/specimen/inscription/")
    assert page.evaluate(TWO_CLICKS) == [1, "true"]
    page.evaluate("dispatchEvent(new Event('pageshow'))")  # the person came back to the page
    assert page.locator("main form .button-primary").get_attribute("aria-disabled") is None


def test_slash_opens_the_search_of_the_desk(open_page):
    page = open_page("/dev/specimen/guichet/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "desk-search"
    page.keyboard.type("/12")
    assert page.locator("#desk-search").input_value() == "/12"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 500}, "À savoir. Votre demande n'a pas abouti"),
        ({"status": 403}, "À savoir. Cette action ne vous est pas ouverte"),
        (None, "À savoir. La connexion est coupée"),
    ],
)
def test_a_request_that_fails_is_told(open_page, answer, words):
    page = open_page("/dev/specimen/accueil/")
    page.route("**/fragment/", lambda route: route.fulfill(**answer) if answer else route.abort())
    page.evaluate("htmx.ajax('GET', '/fragment/', {target: 'main', swap: 'beforeend'}).catch(() => {})")
    page.locator("#messages .alert").wait_for()
    assert page.locator("#messages").inner_text().startswith(words)


def test_the_keyboard_begins_by_the_way_to_the_content(open_page):
    page = open_page("/dev/specimen/accueil/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_menu_of_the_desk_folds_on_a_phone_without_script(open_page):
    page = open_page("/dev/specimen/guichet/", width=360, javascript=False)
    entry = page.get_by_role("link", name="Calendrier")
    assert not entry.is_visible()
    page.get_by_text("Menu du guichet").click()
    assert entry.is_visible()
