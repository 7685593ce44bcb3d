"""The screens of the activity leader on a tablet, at /terrain/."""

from django.urls import URLPattern, path

import portail.core.converters  # noqa: F401 -- what addresses hold: keys
from portail.field.views import children, home, lists, offline, paper, queue, unexpected

app_name = "field"
LIST = "listes/<id:session_id>/"

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("appareil/", home.device, name="device"),
    path("etat/", offline.state, name="state"),
    path("hors-ligne/", offline.page, name="offline"),
    path("sw.js", offline.worker, name="worker"),
    path("script-<slug:digest>.js", offline.script, name="script"),
    path("application.webmanifest", offline.manifest, name="manifest"),
    path("icone-<int:size>.png", offline.icon, name="icon"),
    path(f"{LIST}donnees/", offline.roll, name="roll"),
    path("pointages/", queue.receive, name="marks"),
    path(LIST, lists.day, name="list"),
    path(f"{LIST}pointer/", lists.mark, name="mark"),
    path(f"{LIST}presents/", lists.everybody, name="everybody"),
    path(f"{LIST}papier/", paper.printed, name="paper"),
    path(f"{LIST}saisie/", paper.typing, name="typing"),
    path(f"{LIST}fiches/", children.sheets, name="sheets"),
    path(f"{LIST}inattendu/", unexpected.unexpected, name="unexpected"),
    path(f"{LIST}enfants/<id:child_id>/", children.child, name="child"),
    path(f"{LIST}sans-dossier/<uuid:guest>/", children.guest, name="guest"),
]
