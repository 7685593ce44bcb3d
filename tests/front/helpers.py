"""What the tests of the families' screens say often."""

import re

from tests import factories as make

INFORMATION = {
    "last_name": "Democivil",
    "first_name": "Maurice",
    "email": "maurice@exemple.fr",
    "email2": "maurice@exemple.fr",
    "username": "DEMOCIVIL",
    "password": make.PASSWORD,
    "password2": make.PASSWORD,
}
REFERENCES = {"number": "6354", "name": "democivil", "email": "maurice@exemple.fr"}


def information(client, **values):
    return client.post("/inscription/", {**INFORMATION, **values})


def recap(client, **values):
    """Post the recap as its page shows it."""
    page = client.get("/inscription/recapitulatif/")
    seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    assert seen
    return client.post("/inscription/recapitulatif/", {"seen": seen[1], "terms": "on", **values})


def signed_up(client, references=REFERENCES, **values):
    """The three steps, up to the page that welcomes."""
    assert information(client, **values).status_code == 302
    assert client.post("/inscription/dossier/", references).status_code == 302
    response = recap(client)
    assert (response.status_code, response["Location"]) == (302, "/inscription/bienvenue/")


def text_of(response) -> str:
    """What a reader sees of a page: no mark-up, single spaces."""
    page = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    return plain.replace("&#x27;", "'").replace("&amp;", "&").replace("&quot;", '"')
