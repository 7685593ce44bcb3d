"""The SQL queries, the bytes of HTML and the static files of each page of the journey, counted inside the process.

`python -m bench.count CHILD MONTH WEEK` prints them as JSON. Without cookies a browser fetches each static file once.
"""

import json
import logging
import os
import re
import sys
import warnings

import django

STATIC = re.compile(r'(?:href|src)="((?:/static/|/style-)[^"#]+)')


class Inside:
    """The visitor of `journey`, without a network."""

    def __init__(self) -> None:
        from django.test import Client

        self.client = Client(HTTP_HOST="localhost")

    def get(self, path: str):
        return self._asked(self.client.get, path)

    def post(self, path: str, data: dict, *, after):
        return self._asked(self.client.post, path, data)

    def _asked(self, ask, *arguments):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from bench.client import Page

        with CaptureQueriesContext(connection) as queries:
            answer = ask(*arguments)
        page = Page(answer.status_code, answer.content.decode(), 0.0, answer.headers.get("Location", ""))
        body = page.body
        self.last = {
            "queries": len(queries),
            "bytes": len(answer.content),
            "static": len(set(STATIC.findall(body))),
        }
        return page


def counts(child: int, month: str, week: str) -> dict:
    from bench.data import PASSWORD
    from bench.journey import journey

    visitor = Inside()
    found = {}
    visitor.get("/connexion/")
    found["connexion"] = visitor.last
    visitor.post("/connexion/", {"login": "parent0", "password": PASSWORD}, after=None)
    found["connexion"] = {**found["connexion"], "queries": visitor.last["queries"]}
    for number, (name, _) in enumerate(journey(visitor, child, month)):
        if number >= 5:  # the second time round: what is done once a process is behind us
            found[name] = visitor.last
        if number == 9:
            break
    visitor.post("/deconnexion/", {}, after=None)
    visitor.post("/connexion/", {"login": "parent501", "password": PASSWORD}, after=None)
    for name, span in (("tous", month), ("semaine", week)):
        visitor.get(f"/planning/tous/{span}/")
        found[name] = visitor.last
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    warnings.simplefilter("ignore")
    django.setup()
    logging.disable(logging.CRITICAL)
    print(json.dumps(counts(int(sys.argv[1]), *sys.argv[2:])))
