"""The desk, at /guichet/. One block a noun: add a screen inside its block, under French addresses."""

from django.urls import URLPattern, path

from portail.desk.views import (
    activities,
    calendar,
    closings,
    commune,
    journal,
    lists,
    mails,
    places,
    publications,
    regulation,
    schools,
    sessions,
    structure,
    users,
    years,
)

app_name = "desk"

# --- home and search

# --- households

# --- requests and accounts to link

# --- sessions and lists
session_pages: list[URLPattern] = [
    path("listes/", lists.lists, name="lists"),
    path("listes/imprimer/", lists.lists_print, name="lists_print"),
    path("listes/tableur/", lists.lists_csv, name="lists_csv"),
    path("activites/seances/", sessions.sessions, name="sessions"),
    path("activites/seances/generer/", sessions.generate, name="generate"),
    path("activites/seances/<int:session_id>/", closings.session, name="session"),
    path("activites/fermetures/", closings.closing_list, name="closings"),
    path("activites/fermetures/nouvelle/", closings.closing_new, name="closing_new"),
    path("activites/fermetures/<int:closing_id>/", closings.closing, name="closing"),
    path("activites/fermetures/<int:closing_id>/rouvrir/", closings.closing_reopen, name="closing_reopen"),
]

# --- activities, schools, calendar
activity_pages: list[URLPattern] = [
    path("activites/", activities.activities, name="activities"),
    path("activites/nouvelle/", activities.activity_new, name="activity_new"),
    path("activites/<int:activity_id>/", activities.activity_edit, name="activity"),
    path("activites/prestations/nouvelle/", activities.service_new, name="service_new"),
    path("activites/prestations/<int:service_id>/", activities.service, name="service"),
    path("activites/prestations/<int:service_id>/lieux/", activities.offer_new, name="offer_new"),
    path("activites/offres/<int:offer_id>/", activities.offer_edit, name="offer"),
    path("activites/ecoles/", schools.schools, name="schools"),
    path("activites/ecoles/nouvelle/", schools.school_new, name="school_new"),
    path("activites/ecoles/<int:school_id>/", schools.school, name="school"),
    path("activites/ecoles/<int:school_id>/classes/<int:year_id>/", schools.class_new, name="class_new"),
    path("activites/classes/<int:class_id>/", schools.class_edit, name="class"),
    path("activites/lieux/", places.places, name="places"),
    path("activites/lieux/nouveau/", places.place_new, name="place_new"),
    path("activites/lieux/<int:place_id>/", places.place_edit, name="place"),
    path("activites/annees/", years.year_list, name="years"),
    path("activites/annees/nouvelle/", years.year_new, name="year_new"),
    path("activites/annees/<int:year_id>/", years.year_edit, name="year"),
    path("activites/annees/<int:year_id>/suivante/", years.year_next, name="year_next"),
    path("activites/calendrier/", calendar.calendar, name="calendar"),
    path("activites/calendrier/nouvelle/", calendar.entry_new, name="calendar_entry_new"),
    path("activites/calendrier/importer/", calendar.calendar_import, name="calendar_import"),
    path("activites/calendrier/<int:entry_id>/", calendar.entry_edit, name="calendar_entry"),
    path("activites/calendrier/<int:entry_id>/retirer/", calendar.entry_remove, name="calendar_entry_remove"),
    path("activites/<slug:noun>/<int:row_id>/archiver/", structure.archive, name="archive"),
    path("activites/<slug:noun>/<int:row_id>/retablir/", structure.restore, name="restore"),
    path("activites/<slug:noun>/<int:row_id>/supprimer/", structure.remove, name="remove"),
]

# --- publications
publication_pages: list[URLPattern] = [
    path("publications/", publications.news_list, name="news_list"),
    path("publications/actualites/nouvelle/", publications.news_new, name="news_new"),
    path("publications/actualites/<int:news_id>/", publications.news_edit, name="news_edit"),
    path("publications/actualites/<int:news_id>/retirer/", publications.news_remove, name="news_remove"),
    path("publications/documents/", publications.documents, name="documents"),
    path("publications/documents/nouveau/", publications.document_new, name="document_new"),
    path("publications/documents/<int:document_id>/", publications.document_edit, name="document_edit"),
    path(
        "publications/documents/<int:document_id>/fichier/", publications.document_file, name="document_file"
    ),
    path(
        "publications/documents/<int:document_id>/retirer/",
        publications.document_remove,
        name="document_remove",
    ),
    path("publications/pages-legales/", publications.legal_pages, name="legal_pages"),
    path("publications/pages-legales/<slug:kind>/", publications.legal_edit, name="legal_edit"),
    path(
        "publications/pages-legales/<slug:kind>/<int:version>/",
        publications.legal_version,
        name="legal_version",
    ),
    path("publications/commune/", commune.commune, name="commune"),
    path("publications/commune/logo/retirer/", commune.logo_remove, name="logo_remove"),
]

# --- mails, users, settings
administration_pages: list[URLPattern] = [
    path("courriels/", mails.mails, name="mails"),
    path("courriels/<int:mail_id>/", mails.mail, name="mail"),
    path("courriels/<int:mail_id>/renvoyer/", mails.mail_resend, name="mail_resend"),
    path("administration/", users.users, name="users"),
    path("administration/comptes/nouveau/", users.user_new, name="user_new"),
    path("administration/comptes/<int:user_id>/", users.user, name="user"),
    path("administration/comptes/<int:user_id>/desactiver/", users.user_disable, name="user_disable"),
    path("administration/comptes/<int:user_id>/reactiver/", users.user_enable, name="user_enable"),
    path("administration/comptes/<int:user_id>/mot-de-passe/", users.user_password, name="user_password"),
    path("administration/reglement/", regulation.regulation, name="regulation"),
    path("administration/reglement/modifier/", regulation.regulation_edit, name="regulation_edit"),
    path("administration/reglement/<int:version>/", regulation.regulation_version, name="regulation_version"),
    path(
        "administration/reglement/<int:version>/fichier/",
        regulation.regulation_download,
        name="regulation_download",
    ),
    path("administration/journal/", journal.journal, name="journal"),
]

urlpatterns: list[URLPattern] = [
    *session_pages,
    *activity_pages,
    *publication_pages,
    *administration_pages,
]
