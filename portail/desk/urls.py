"""The desk, at /guichet/. One block a noun: add a screen inside its block, under French addresses."""

from django.urls import URLPattern, path

import portail.bookings.converters
import portail.core.converters  # noqa: F401 -- what addresses hold: keys, months, whose planning
from portail.desk.account_urls import account_pages
from portail.desk.custody_urls import custody_pages
from portail.desk.invoicing_urls import invoicing_pages
from portail.desk.kitchen_urls import kitchen_pages
from portail.desk.payment_urls import payment_pages
from portail.desk.regulation_urls import regulation_pages
from portail.desk.views import (
    absences,
    account_links,
    activities,
    adults,
    bookings,
    calendar,
    capacities,
    certificates,
    children,
    closings,
    commune,
    contacts,
    enrolments,
    family_documents,
    gaps,
    gestures,
    group_changes,
    health,
    home,
    households,
    journal,
    lists,
    mails,
    openings,
    places,
    publications,
    quotient_list,
    quotients,
    requests,
    run_post,
    saving,
    schools,
    search,
    sessions,
    structure,
    users,
    waiting,
    years,
)

app_name = "desk"

# --- home and search
home_pages: list[URLPattern] = [
    path("", home.home, name="home"),
    path("recherche/", search.search, name="search"),
    path("recherche/<id:number>/", search.results, name="results"),
]

# --- households
FAMILY = "familles/<id:household_id>/"
CHILD = f"{FAMILY}enfants/<id:child_id>/"
family_pages: list[URLPattern] = [
    path("familles/", households.households, name="households"),
    path("familles/nouveau/", households.new, name="household_new"),
    path("familles/courriers/", households.letters, name="letters"),
    path("familles/quotients/", quotient_list.quotient_list, name="quotients"),
    path("familles/quotients/tableur/", quotient_list.quotients_csv, name="quotients_csv"),
    path("familles/quotients/saisie/", quotient_list.batch, name="quotients_batch"),
    path("familles/quotients/importer/", quotient_list.import_lines, name="quotients_import"),
    path(FAMILY, households.household, name="household"),
    path(f"{FAMILY}modifier/", households.edit, name="household_edit"),
    path(f"{FAMILY}clore/", households.close, name="household_close"),
    path(f"{FAMILY}rouvrir/", households.reopen, name="household_reopen"),
    path(f"{FAMILY}courrier/", households.letter, name="letter"),
    path(f"{FAMILY}journal/", households.journal, name="household_journal"),
    path(f"{FAMILY}courriels/", households.mails, name="household_mails"),
    path(f"{FAMILY}demarches/", households.requests, name="household_requests"),
    path(f"{FAMILY}adultes/nouveau/", adults.new, name="adult_new"),
    path(f"{FAMILY}adultes/<id:adult_id>/", adults.edit, name="adult"),
    path(f"{FAMILY}adultes/<id:adult_id>/retirer/", adults.remove, name="adult_remove"),
    path(f"{FAMILY}adultes/<id:adult_id>/detacher/", account_links.unlink, name="adult_unlink"),
    path(f"{FAMILY}adultes/<id:adult_id>/mot-de-passe/", account_links.send_password, name="adult_password"),
    path(f"{FAMILY}comptes/<id:user_id>/renvoyer/", account_links.resend, name="account_resend"),
    path(f"{FAMILY}enfants/nouveau/", children.new, name="child_new"),
    path(CHILD, children.edit, name="child"),
    path(f"{CHILD}droits/", children.edit_link, name="child_link"),
    path(f"{CHILD}partager/", children.share, name="child_share"),
    path(f"{CHILD}rejoindre/", children.join, name="child_join"),
    path(f"{CHILD}retirer/", children.remove, name="child_remove"),
    path(f"{CHILD}ecole/<id:year_id>/", children.schooling, name="schooling"),
    path(f"{CHILD}sante/", health.edit, name="child_health"),
    path(f"{CHILD}inscrire/", enrolments.new, name="enrol"),
    path(f"{CHILD}contacts/nouveau/", contacts.new, name="contact_new"),
    path(f"{CHILD}planning/", bookings.planning, name="planning"),
    path(f"{FAMILY}enfants/<who:child_id>/planning/<span:first>/", bookings.month, name="month"),
    path(
        f"{FAMILY}enfants/<who:child_id>/planning/<span:first>/imprimer/",
        bookings.planning_paper,
        name="planning_paper",
    ),
    path(f"{FAMILY}planning/valider/", saving.save, name="planning_save"),
    path(f"{FAMILY}planning/semaine-type/", gestures.typical_week, name="typical_week"),
    path(f"{FAMILY}planning/semaine-type/appliquer/", gestures.apply_week, name="typical_week_apply"),
    path(
        f"{FAMILY}planning/semaine-type/<id:week_id>/arreter/", gestures.forget_week, name="typical_week_stop"
    ),
    path(f"{FAMILY}planning/copier/semaine/", gestures.copy_week, name="copy_week"),
    path(f"{FAMILY}planning/copier/mois/", gestures.copy_month, name="copy_month"),
    path(f"{FAMILY}planning/effacer/", gestures.clear_period, name="clear_period"),
    path(f"{FAMILY}inscriptions/<id:enrolment_id>/", enrolments.edit, name="enrolment"),
    path(f"{FAMILY}inscriptions/<id:enrolment_id>/retirer/", enrolments.remove, name="enrolment_remove"),
    path(f"{FAMILY}contacts/<id:contact_id>/", contacts.edit, name="contact"),
    path(f"{FAMILY}contacts/<id:contact_id>/retirer/", contacts.remove, name="contact_remove"),
    path(f"{FAMILY}quotient/", quotients.history, name="household_quotients"),
    path(f"{FAMILY}quotient/nouveau/", quotients.new, name="quotient_new"),
    path(f"{FAMILY}quotient/<id:quotient_id>/corriger/", quotients.correct, name="quotient_correct"),
    path(f"{FAMILY}quotient/<id:quotient_id>/retirer/", quotients.withdraw, name="quotient_withdraw"),
    path(f"{FAMILY}justificatifs/<id:document_id>/", quotients.proof, name="proof"),
    path(f"{FAMILY}documents/", family_documents.documents, name="family_documents"),
    path(f"{FAMILY}documents/nouveau/", family_documents.new, name="family_document_new"),
    path(f"{FAMILY}documents/<id:document_id>/", family_documents.download, name="family_document"),
    path(
        f"{FAMILY}documents/<id:document_id>/retirer/",
        family_documents.remove,
        name="family_document_remove",
    ),
    path(f"{FAMILY}absences/", absences.absences, name="absences"),
    path(f"{FAMILY}absences/signaler/", absences.tell, name="absence_tell"),
    path(f"{FAMILY}absences/<id:absence_id>/justificatif/", absences.prove, name="absence_prove"),
    path(f"{FAMILY}absences/<id:absence_id>/retirer/", absences.withdraw, name="absence_withdraw"),
    path(f"{FAMILY}recus/", bookings.receipts, name="receipts"),
    path(f"{FAMILY}recus/<str:number>/", bookings.receipt, name="receipt"),
    path(f"{FAMILY}recus/<str:number>/pdf/", bookings.receipt_paper, name="receipt_paper"),
    path(f"{FAMILY}recus/<str:number>/annuler/", bookings.receipt_undo, name="receipt_undo"),
]

# --- requests and accounts to link
request_pages: list[URLPattern] = [
    path("demarches/", requests.requests, name="requests"),
    path("demarches/<id:request_id>/", requests.detail, name="request"),
    path("demarches/<id:request_id>/accepter/", requests.approve, name="request_approve"),
    path("demarches/<id:request_id>/quotient/", requests.accept_proof, name="request_quotient"),
    path("demarches/<id:request_id>/refuser/", requests.refuse, name="request_refuse"),
    path("demarches/<id:request_id>/repondre/", requests.answer, name="request_answer"),
    path("demarches/<id:request_id>/rattacher/", account_links.link, name="request_link"),
    path("demarches/<id:request_id>/attestation/", certificates.approve, name="certificate_approve"),
    path("demarches/<id:request_id>/attestation/apercu/", certificates.preview, name="certificate_preview"),
]

# --- papers of billing
paper_pages: list[URLPattern] = [
    path("attestations/", certificates.all_of_a_year, name="certificates"),
    path("facturation/<id:run_id>/courrier/", run_post.post, name="run_post"),
    path("facturation/<id:run_id>/courrier/<int:part>/", run_post.download, name="run_post_file"),
]

# --- sessions and lists
session_pages: list[URLPattern] = [
    path("listes/", lists.lists, name="lists"),
    path("listes/ecarts/", gaps.gap_list, name="gaps"),
    path("listes/ecarts/<id:session_id>/<id:child_id>/<slug:kind>/", gaps.gap, name="gap"),
    path("listes/imprimer/", lists.lists_print, name="lists_print"),
    path("listes/tableur/", lists.lists_csv, name="lists_csv"),
    path("activites/seances/", sessions.sessions, name="sessions"),
    path("activites/seances/generer/", sessions.generate, name="generate"),
    path("activites/seances/programme/", sessions.programme, name="programme"),
    path("activites/seances/<id:session_id>/", closings.session, name="session"),
    path("listes/remplissage/", capacities.capacities, name="capacities"),
    path("listes/remplissage/<slug:sheet>/", capacities.capacities_sheet, name="capacities_sheet"),
    path("activites/groupes/", group_changes.group_changes, name="groups"),
    path("activites/groupes/reserver/", group_changes.group_book, name="group_book"),
    path("activites/groupes/deplacer/", group_changes.group_move, name="group_move"),
    path("activites/groupes/<id:group_id>/", group_changes.group, name="group"),
    path("activites/groupes/<id:group_id>/confirmer/", group_changes.group_confirm, name="group_confirm"),
    path("activites/groupes/<id:group_id>/annuler/", group_changes.group_undo, name="group_undo"),
    path("activites/groupes/<id:group_id>/abandonner/", group_changes.group_drop, name="group_drop"),
    path("activites/groupes/<id:group_id>/reprendre/", group_changes.group_resume, name="group_resume"),
    path("activites/groupes/<id:group_id>/tableur/", group_changes.group_csv, name="group_csv"),
    path("activites/attente/", waiting.overview, name="waiting"),
    path("activites/seances/<id:session_id>/attente/", waiting.session_list, name="waiting_list"),
    path("activites/attente/<id:booking_id>/donner/", waiting.give, name="waiting_give"),
    path("activites/fermetures/", closings.closing_list, name="closings"),
    path("activites/fermetures/nouvelle/", closings.closing_new, name="closing_new"),
    path("activites/fermetures/nouvelle/tableur/", closings.closing_csv, name="closing_csv"),
    path("activites/fermetures/<id:closing_id>/", closings.closing, name="closing"),
    path("activites/fermetures/<id:closing_id>/reprendre/", closings.closing_resume, name="closing_resume"),
    path("activites/fermetures/<id:closing_id>/rouvrir/", closings.closing_reopen, name="closing_reopen"),
]

# --- openings
opening_pages: list[URLPattern] = [
    path("activites/ouvertures/", openings.booking_periods, name="booking_periods"),
    path("activites/ouvertures/nouvelle/", openings.booking_period_new, name="booking_period_new"),
    path("activites/ouvertures/<slug:code>/", openings.booking_period, name="booking_period"),
]

# --- activities, schools, calendar
activity_pages: list[URLPattern] = [
    path("activites/", activities.activities, name="activities"),
    path("activites/nouvelle/", activities.activity_new, name="activity_new"),
    path("activites/<id:activity_id>/", activities.activity_edit, name="activity"),
    path("activites/prestations/nouvelle/", activities.service_new, name="service_new"),
    path("activites/prestations/<id:service_id>/", activities.service, name="service"),
    path("activites/prestations/<id:service_id>/lieux/", activities.offer_new, name="offer_new"),
    path("activites/offres/<id:offer_id>/", activities.offer_edit, name="offer"),
    path("activites/ecoles/", schools.schools, name="schools"),
    path("activites/ecoles/nouvelle/", schools.school_new, name="school_new"),
    path("activites/ecoles/<id:school_id>/", schools.school, name="school"),
    path("activites/ecoles/<id:school_id>/classes/<id:year_id>/", schools.class_new, name="class_new"),
    path("activites/classes/<id:class_id>/", schools.class_edit, name="class"),
    path("activites/lieux/", places.places, name="places"),
    path("activites/lieux/nouveau/", places.place_new, name="place_new"),
    path("activites/lieux/<id:place_id>/", places.place_edit, name="place"),
    path("activites/annees/", years.year_list, name="years"),
    path("activites/annees/nouvelle/", years.year_new, name="year_new"),
    path("activites/annees/<id:year_id>/", years.year_edit, name="year"),
    path("activites/annees/<id:year_id>/suivante/", years.year_next, name="year_next"),
    path("activites/calendrier/", calendar.calendar, name="calendar"),
    path("activites/calendrier/nouvelle/", calendar.entry_new, name="calendar_entry_new"),
    path("activites/calendrier/importer/", calendar.calendar_import, name="calendar_import"),
    path("activites/calendrier/<id:entry_id>/", calendar.entry_edit, name="calendar_entry"),
    path("activites/calendrier/<id:entry_id>/retirer/", calendar.entry_remove, name="calendar_entry_remove"),
    path("activites/<slug:noun>/<id:row_id>/archiver/", structure.archive, name="archive"),
    path("activites/<slug:noun>/<id:row_id>/retablir/", structure.restore, name="restore"),
    path("activites/<slug:noun>/<id:row_id>/supprimer/", structure.remove, name="remove"),
]

# --- publications
publication_pages: list[URLPattern] = [
    path("publications/", publications.news_list, name="news_list"),
    path("publications/actualites/nouvelle/", publications.news_new, name="news_new"),
    path("publications/actualites/<id:news_id>/", publications.news_edit, name="news_edit"),
    path("publications/actualites/<id:news_id>/retirer/", publications.news_remove, name="news_remove"),
    path("publications/documents/", publications.documents, name="documents"),
    path("publications/documents/nouveau/", publications.document_new, name="document_new"),
    path("publications/documents/<id:document_id>/", publications.document_edit, name="document_edit"),
    path(
        "publications/documents/<id:document_id>/fichier/", publications.document_file, name="document_file"
    ),
    path(
        "publications/documents/<id:document_id>/retirer/",
        publications.document_remove,
        name="document_remove",
    ),
    path("publications/pages-legales/", publications.legal_pages, name="legal_pages"),
    path("publications/pages-legales/<slug:kind>/", publications.legal_edit, name="legal_edit"),
    path(
        "publications/pages-legales/<slug:kind>/<id:version>/",
        publications.legal_version,
        name="legal_version",
    ),
    path("publications/commune/", commune.commune, name="commune"),
    path("publications/commune/logo/retirer/", commune.logo_remove, name="logo_remove"),
]

# --- mails, users, settings
administration_pages: list[URLPattern] = [
    path("courriels/", mails.mails, name="mails"),
    path("courriels/<id:mail_id>/", mails.mail, name="mail"),
    path("courriels/<id:mail_id>/renvoyer/", mails.mail_resend, name="mail_resend"),
    path("administration/", users.users, name="users"),
    path("administration/comptes/nouveau/", users.user_new, name="user_new"),
    path("administration/comptes/<id:user_id>/", users.user, name="user"),
    path("administration/comptes/<id:user_id>/lieux/", users.user_places, name="user_places"),
    path("administration/comptes/<id:user_id>/desactiver/", users.user_disable, name="user_disable"),
    path("administration/comptes/<id:user_id>/reactiver/", users.user_enable, name="user_enable"),
    path("administration/comptes/<id:user_id>/mot-de-passe/", users.user_password, name="user_password"),
    path("administration/journal/", journal.journal, name="journal"),
]

urlpatterns: list[URLPattern] = [
    *home_pages,
    *family_pages,
    *request_pages,
    *paper_pages,
    *session_pages,
    *opening_pages,
    *kitchen_pages,
    *activity_pages,
    *publication_pages,
    *administration_pages,
    *regulation_pages,
    *payment_pages,
    *invoicing_pages,
    *account_pages,
    *custody_pages,
]
