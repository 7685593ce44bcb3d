"""The tabs at the top of the sections that have several screens."""

from typing import NamedTuple

from portail.accounts.rights import Right


class Tab(NamedTuple):
    label: str
    url_name: str
    right: Right


ACTIVITIES = (
    Tab("Activités et prestations", "desk:activities", Right.MANAGE_ACTIVITIES),
    Tab("Séances", "desk:sessions", Right.MANAGE_ACTIVITIES),
    Tab("Opérations groupées", "desk:groups", Right.BOOK),
    Tab("Listes d'attente", "desk:waiting", Right.BOOK),
    Tab("Fermetures", "desk:closings", Right.MANAGE_ACTIVITIES),
    Tab("Ouvertures", "desk:booking_periods", Right.MANAGE_ACTIVITIES),
    Tab("Calendrier", "desk:calendar", Right.MANAGE_ACTIVITIES),
    Tab("Années scolaires", "desk:years", Right.MANAGE_ACTIVITIES),
    Tab("Écoles et classes", "desk:schools", Right.MANAGE_ACTIVITIES),
    Tab("Lieux", "desk:places", Right.MANAGE_ACTIVITIES),
)
PUBLICATIONS = (
    Tab("Actualités", "desk:news_list", Right.PUBLISH),
    Tab("Documents utiles", "desk:documents", Right.PUBLISH),
    Tab("Pages légales", "desk:legal_pages", Right.PUBLISH),
    Tab("Service et commune", "desk:commune", Right.PUBLISH),
    Tab("Courriels", "desk:mails", Right.MANAGE_MAILS),
)
ADMINISTRATION = (
    Tab("Comptes de la mairie", "desk:users", Right.MANAGE_USERS),
    Tab("Règlement", "desk:regulation", Right.MANAGE_SETTINGS),
    Tab("Journal", "desk:journal", Right.MANAGE_SETTINGS),
)
REGULATION = (
    Tab("En vigueur", "desk:regulation", Right.MANAGE_SETTINGS),
    Tab("Montants et délais", "desk:rule_values", Right.MANAGE_SETTINGS),
    Tab("Texte", "desk:regulation_edit", Right.MANAGE_SETTINGS),
    Tab("Limites du mois", "desk:rule_month", Right.MANAGE_SETTINGS),
    Tab("Simulateur", "desk:simulator", Right.MANAGE_SETTINGS),
    Tab("Essai sur un mois", "desk:rule_trial", Right.MANAGE_SETTINGS),
    Tab("Modèles", "desk:rule_models", Right.MANAGE_SETTINGS),
)
BILLING = (
    Tab("Facturations", "desk:runs", Right.READ_BILLING),
    Tab("Factures", "desk:invoices", Right.READ_BILLING),
    Tab("Encaissements", "desk:payments", Right.READ_BILLING),
    Tab("Journée de caisse", "desk:cash_day", Right.READ_BILLING),
    Tab("Remises", "desk:deposits", Right.READ_BILLING),
    Tab("Attestations fiscales", "desk:certificates", Right.BILL),
    Tab("Impayés", "desk:unpaid", Right.READ_BILLING),
)
LISTS = (
    Tab("Enfants attendus", "desk:lists", Right.READ_SESSIONS),
    Tab("Écarts", "desk:gaps", Right.READ_FAMILIES),
    Tab("Repas du jour", "desk:kitchen", Right.READ_MEALS),
    Tab("Repas de la semaine", "desk:kitchen_week", Right.READ_MEALS),
    Tab("Régimes et allergies", "desk:kitchen_children", Right.READ_HEALTH),
    Tab("Commandes de repas", "desk:kitchen_orders", Right.READ_MEALS),
    Tab("Remplissage", "desk:capacities", Right.READ_SESSIONS),
)
SECTIONS = {
    "lists": LISTS,
    "billing": BILLING,
    "activities": ACTIVITIES,
    "publications": PUBLICATIONS,
    "administration": ADMINISTRATION,
    "regulation": REGULATION,
}
