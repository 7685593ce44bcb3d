"""The families' side, at the root. One block a noun: add a screen inside its block, under French addresses."""

from django.urls import URLPattern, path

import portail.bookings.converters
import portail.core.converters  # noqa: F401 -- what addresses hold: keys, months, whose planning
from portail.front.views import (
    absences,
    account,
    activation,
    billing,
    calendar,
    custody,
    dashboard,
    documents,
    dossier,
    gestures,
    home,
    language,
    openings,
    places,
    planning,
    quotients,
    receipts,
    requests,
    saving,
    sign_up,
    verify,
)

app_name = "front"

# --- the first pages, what the service publishes
first_pages: list[URLPattern] = [
    path("", home.home, name="home"),
    path("accueil/", dashboard.dashboard, name="dashboard"),
    path("en-attente/", dashboard.waiting, name="waiting"),
    path("en-attente/dossier/", dashboard.claim, name="claim"),
    path("actualites/", home.news, name="news"),
    path("documents-utiles/<id:document_id>/", home.document, name="document"),
    path("informations/<slug:kind>/", home.legal, name="legal"),
    path("verifier/", verify.verify, name="verify"),
    path("verifier/<str:code>/", verify.verified, name="verified"),
    path("langue/", language.choose, name="language"),
]

# --- planning
planning_pages: list[URLPattern] = [
    path("planning/", planning.planning, name="planning"),
    path("planning/<who:child_id>/<span:first>/", planning.month, name="month"),
    path("planning/<who:child_id>/<span:first>/imprimer/", planning.paper, name="planning_paper"),
    path("planning/valider/", saving.save, name="planning_save"),
    path("planning/semaine-type/", gestures.typical_week, name="typical_week"),
    path("planning/semaine-type/appliquer/", gestures.apply_week, name="typical_week_apply"),
    path("planning/semaine-type/<id:week_id>/arreter/", gestures.forget_week, name="typical_week_stop"),
    path("planning/copier/semaine/", gestures.copy_week, name="copy_week"),
    path("planning/copier/mois/", gestures.copy_month, name="copy_month"),
    path("planning/effacer/", gestures.clear_period, name="clear_period"),
    path("planning/agenda/", calendar.subscription, name="calendar"),
    path("planning/agenda.ics", calendar.file, name="calendar_file"),
    path("agenda/<slug:secret>.ics", calendar.feed, name="calendar_feed"),
    path("planning/recus/", receipts.receipts, name="receipts"),
    path("planning/recus/<str:number>/", receipts.receipt, name="receipt"),
    path("planning/recus/<str:number>/pdf/", receipts.paper, name="receipt_paper"),
    path("planning/recus/<str:number>/annuler/", receipts.undo, name="receipt_undo"),
]

# --- openings
opening_pages: list[URLPattern] = [
    path("ouvertures/<slug:code>/", openings.opening, name="opening"),
    path("ouvertures/<slug:code>/attente/", openings.room, name="room"),
    path("ouvertures/<slug:code>/attente/quitter/", openings.leave, name="room_leave"),
    path("ouvertures/<slug:code>/reserver/", openings.book, name="opening_book"),
]

# --- waiting lists
place_pages: list[URLPattern] = [
    path("planning/attente/", places.lists, name="waiting_lists"),
    path("places/<str:key>/", places.offer, name="offer"),
]

# --- absences
absence_pages: list[URLPattern] = [
    path("absence/", absences.tell, name="absence"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<id:absence_id>/justificatif/", absences.prove, name="absence_prove"),
    path("absences/<id:absence_id>/retirer/", absences.withdraw, name="absence_withdraw"),
]

# --- sign-up and activation
signing_up: list[URLPattern] = [
    path("inscription/", sign_up.information, name="signup"),
    path("inscription/dossier/", sign_up.references, name="signup_references"),
    path("inscription/recapitulatif/", sign_up.recap, name="signup_recap"),
    path("inscription/annuler/", sign_up.cancel, name="signup_cancel"),
    path("inscription/bienvenue/", sign_up.welcome, name="signup_welcome"),
    path("activation/renvoyer/", activation.resend, name="resend_activation"),
    path("activation/corriger/", activation.correct, name="correct_address"),
    path("activation/lien-envoye/", activation.sent, name="activation_sent"),
    path("activation/<str:key>/", activation.activate, name="activate"),
]

# --- mon compte
own_account: list[URLPattern] = [
    path("mon-compte/", account.overview, name="account"),
    path("mon-compte/mot-de-passe/", account.password, name="account_password"),
    path("mon-compte/adresse/", account.address, name="account_address"),
    path("mon-compte/adresse/garder/", account.keep_address, name="account_keep_address"),
    path("mon-compte/adresse/<str:key>/", account.confirm_address, name="account_confirm_address"),
    path("mon-compte/preferences/", account.preferences, name="account_preferences"),
    path("mon-compte/appareils/", account.sessions, name="account_sessions"),
    path("mon-compte/appareils/fermer/", account.end_other_sessions, name="account_end_other_sessions"),
    path("mon-compte/appareils/<id:session_id>/fermer/", account.end_session, name="account_end_session"),
    path("mon-compte/fermer/", account.close, name="account_close"),
    path("mon-compte/conditions/", account.terms, name="terms"),
]

# --- the dossier
dossier_pages: list[URLPattern] = [
    path("dossier/", dossier.household, name="household"),
    path("dossier/coordonnees/", dossier.reach, name="reach"),
    path("dossier/coordonnees/moi/", dossier.own_reach, name="own_reach"),
    path("dossier/enfants/<id:child_id>/coordonnees/", dossier.child_reach, name="child_reach"),
    path("dossier/enfants/<id:child_id>/contacts/", dossier.add_contact, name="add_contact"),
    path("dossier/contacts/<id:contact_id>/", dossier.edit_contact, name="edit_contact"),
    path("dossier/contacts/<id:contact_id>/retirer/", dossier.remove_contact, name="remove_contact"),
    path("dossier/enfants/<id:child_id>/garde/", custody.page, name="custody"),
    path("dossier/enfants/<id:child_id>/garde/proposer/", custody.propose, name="custody_propose"),
    path("dossier/enfants/<id:child_id>/garde/echanger/", custody.exchange, name="custody_exchange"),
    path("dossier/garde/<id:term_id>/accepter/", custody.accept, name="custody_accept"),
    path("dossier/garde/<id:term_id>/refuser/", custody.refuse, name="custody_refuse"),
    path("dossier/garde/<id:term_id>/retirer/", custody.withdraw, name="custody_withdraw"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<id:document_id>/", documents.download, name="family_document"),
]

# --- the account with the commune
BILL = "compte/factures/<id:number>/"
billing_pages: list[URLPattern] = [
    path("compte/", billing.history, name="billing"),
    path("compte/mouvements/", billing.movements, name="movements"),
    path("compte/annees/<str:year>/", billing.year_archive, name="year_archive"),
    path(BILL, billing.invoice, name="invoice"),
    path(f"{BILL}lignes/<id:line_id>/contester/", billing.dispute, name="dispute"),
    path("compte/avoirs/<id:number>/", billing.credit_note, name="credit_note"),
]

# --- démarches
request_pages: list[URLPattern] = [
    path("demarches/", requests.requests, name="requests"),
    path("demarches/nouvelle/", requests.ask, name="ask"),
    path("demarches/nouvelle/adresse/", requests.ask_address, name="ask_address"),
    path("demarches/nouvelle/nom/", requests.ask_own_name, name="ask_own_name"),
    path("demarches/nouvelle/nom/<id:child_id>/", requests.ask_child_name, name="ask_child_name"),
    path("demarches/nouvelle/ecole/<id:child_id>/", requests.ask_school, name="ask_school"),
    path("demarches/nouvelle/attestation/", requests.ask_certificate, name="ask_certificate"),
    path("demarches/nouvelle/quotient/", quotients.ask, name="ask_quotient"),
    path("dossier/quotient/carte/", quotients.card, name="quotient_card"),
    path("demarches/nouvelle/message/", requests.ask_message, name="ask_message"),
    path("demarches/<id:request_id>/", requests.detail, name="request"),
    path("demarches/<id:request_id>/retirer/", requests.withdraw, name="withdraw_request"),
]

urlpatterns: list[URLPattern] = [
    *first_pages,
    *planning_pages,
    *opening_pages,
    *place_pages,
    *absence_pages,
    *dossier_pages,
    *billing_pages,
    *request_pages,
    *signing_up,
    *own_account,
]
