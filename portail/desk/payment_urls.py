"""The cash desk's part of /guichet/: payments, the day, the till, deposits, what mends an account."""

from django.urls import URLPattern, path

from portail.desk.views import account_entries, cash, deposits, payments, taking

ACCOUNT = "familles/<id:household_id>/compte/"

payment_pages: list[URLPattern] = [
    path("encaissements/", payments.payments, name="payments"),
    path("encaissements/nouveau/", taking.find, name="payment_find"),
    path("encaissements/tableur/<slug:sheet>/", payments.payments_sheet, name="payments_sheet"),
    path("encaissements/<id:payment_id>/", payments.payment, name="payment"),
    path("encaissements/<id:payment_id>/annuler/", account_entries.payment_cancel, name="payment_cancel"),
    path("encaissements/journee/", cash.day, name="cash_day"),
    path("encaissements/caisse/", cash.count, name="cash_count"),
    path("encaissements/remises/", deposits.deposits, name="deposits"),
    path("encaissements/remises/nouvelle/<slug:mode>/", deposits.new, name="deposit_new"),
    path("encaissements/remises/<id:deposit_id>/", deposits.deposit, name="deposit"),
    path("encaissements/remises/<id:deposit_id>/bordereau/", deposits.slip, name="deposit_slip"),
    path("encaissements/remises/<id:deposit_id>/annuler/", deposits.cancel, name="deposit_cancel"),
    path("familles/<id:household_id>/encaisser/", taking.new, name="payment_new"),
    path(f"{ACCOUNT}rembourser/", account_entries.refund, name="refund"),
    path(f"{ACCOUNT}reprise/", account_entries.opening, name="opening"),
    path(f"{ACCOUNT}ecritures/<id:movement_id>/remise/", account_entries.write_off, name="write_off"),
    path(f"{ACCOUNT}ecritures/<id:movement_id>/annuler/", account_entries.entry_cancel, name="entry_cancel"),
]
