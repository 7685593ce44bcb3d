"""The custody of shared children, under the families' addresses."""

from django.urls import URLPattern, path

import portail.core.converters  # noqa: F401 -- what addresses hold
from portail.desk.views import custody, custody_conflicts

FAMILY = "familles/<id:household_id>/"
CHILD = f"{FAMILY}enfants/<id:child_id>/garde/"
custody_pages: list[URLPattern] = [
    path("familles/conflits-de-garde/", custody_conflicts.conflicts, name="custody_conflicts"),
    path(CHILD, custody.page, name="custody"),
    path(f"{CHILD}nouveau/", custody.decide, name="custody_decide"),
    path(f"{CHILD}jugement/", custody.forbid, name="court_forbid"),
    path(f"{FAMILY}garde/<id:term_id>/annuler/", custody.stop, name="custody_stop"),
    path(f"{FAMILY}jugements/<id:decision_id>/piece/", custody.paper, name="court_paper"),
    path(f"{FAMILY}jugements/<id:decision_id>/lever/", custody.lift, name="court_lift"),
]
