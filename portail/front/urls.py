"""The families' side, at the root. One block a noun: add a screen inside its block, under French addresses."""

from django.urls import URLPattern, path, register_converter

from portail.front.converters import MonthConverter
from portail.front.views import account, activation, dashboard, home, language, planning, receipts, sign_up

register_converter(MonthConverter, "month")

app_name = "front"

# --- the first pages, what the service publishes
first_pages: list[URLPattern] = [
    path("", home.home, name="home"),
    path("accueil/", dashboard.dashboard, name="dashboard"),
    path("en-attente/", dashboard.waiting, name="waiting"),
    path("en-attente/dossier/", dashboard.claim, name="claim"),
    path("actualites/", home.news, name="news"),
    path("documents-utiles/<int:document_id>/", home.document, name="document"),
    path("informations/<slug:kind>/", home.legal, name="legal"),
    path("langue/", language.choose, name="language"),
]

# --- planning
planning_pages: list[URLPattern] = [
    path("planning/", planning.planning, name="planning"),
    path("planning/<int:child_id>/<month:first>/", planning.month, name="month"),
    path("planning/valider/", planning.save, name="planning_save"),
    path("planning/recus/", receipts.receipts, name="receipts"),
    path("planning/recus/<str:number>/", receipts.receipt, name="receipt"),
    path("planning/recus/<str:number>/annuler/", receipts.undo, name="receipt_undo"),
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
    path("mon-compte/appareils/<int:session_id>/fermer/", account.end_session, name="account_end_session"),
    path("mon-compte/fermer/", account.close, name="account_close"),
    path("mon-compte/conditions/", account.terms, name="terms"),
]

urlpatterns: list[URLPattern] = [*first_pages, *planning_pages, *signing_up, *own_account]
