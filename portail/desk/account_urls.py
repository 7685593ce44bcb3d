"""The accounts of families in /guichet/: one family's, and what all of them have not paid."""

from django.urls import URLPattern, path

from portail.desk.views import accounts, unpaid

ACCOUNT = "familles/<id:household_id>/compte/"

account_pages: list[URLPattern] = [
    path(ACCOUNT, accounts.account, name="account"),
    path(f"{ACCOUNT}mouvements/", accounts.movements, name="account_movements"),
    path(f"{ACCOUNT}charges/", accounts.charges, name="account_charges"),
    path(f"{ACCOUNT}releve/", accounts.statement, name="account_statement"),
    path(f"{ACCOUNT}releve/pdf/", accounts.statement_pdf, name="account_statement_pdf"),
    path(f"{ACCOUNT}factures/<id:number>/", accounts.invoice, name="household_invoice"),
    path("impayes/", unpaid.unpaid_list, name="unpaid"),
    path("impayes/tableur/<slug:sheet>/", unpaid.unpaid_sheet, name="unpaid_sheet"),
    path("impayes/relancer/", unpaid.remind, name="remind"),
    path("impayes/relancer/envoyer/", unpaid.remind_send, name="remind_send"),
    path("impayes/relances/<id:job_id>/", unpaid.reminders_page, name="reminders"),
]
