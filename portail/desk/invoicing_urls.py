"""Invoicing's part of /guichet/: runs, drafts, anomalies, invoices, credit notes, amounts by hand."""

from django.urls import URLPattern, path

from portail.desk.views import anomalies, invoices, invoicing

RUN = "facturation/<id:run_id>/"

invoicing_pages: list[URLPattern] = [
    path("facturation/", invoicing.runs, name="runs"),
    path("facturation/nouvelle/", invoicing.run_new, name="run_new"),
    path("facturation/factures/", invoices.invoices, name="invoices"),
    path("facturation/factures/<id:invoice_id>/", invoices.invoice, name="invoice"),
    path("facturation/factures/<id:invoice_id>/avoir/", invoices.credit_new, name="credit_new"),
    path(RUN, invoicing.run, name="run"),
    path(f"{RUN}factures/", invoicing.run_invoices, name="run_invoices"),
    path(f"{RUN}anomalies/", anomalies.anomalies, name="anomalies"),
    path(f"{RUN}refaire/", invoicing.run_redo, name="run_redo"),
    path(f"{RUN}abandonner/", invoicing.run_discard, name="run_discard"),
    path(f"{RUN}publier/", invoicing.run_publish, name="run_publish"),
    path(f"{RUN}reprendre/", invoicing.run_resume, name="run_resume"),
    path("familles/<id:household_id>/prochaine-facture/", invoices.charges, name="charges"),
    path("familles/<id:household_id>/prochaine-facture/ajouter/", invoices.charge_new, name="charge_new"),
    path(
        "familles/<id:household_id>/prochaine-facture/<id:charge_id>/retirer/",
        invoices.charge_remove,
        name="charge_remove",
    ),
]
