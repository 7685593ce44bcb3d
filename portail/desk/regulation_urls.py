"""The addresses of the regulation: in force, written, tried, taken from another commune."""

from django.urls import URLPattern, path

from portail.desk.views import (
    regulation,
    regulation_edit,
    rule_models,
    rule_months,
    rule_prices,
    rule_trials,
    rule_values,
)

HERE = "administration/reglement/"

regulation_pages: list[URLPattern] = [
    path(HERE, regulation.regulation, name="regulation"),
    path(f"{HERE}modifier/", regulation_edit.regulation_edit, name="regulation_edit"),
    path(f"{HERE}brouillon/abandonner/", regulation_edit.draft_drop, name="draft_drop"),
    path(f"{HERE}brouillon/comparer/", regulation_edit.draft_compare, name="draft_compare"),
    path(f"{HERE}valeurs/", rule_values.rule_values, name="rule_values"),
    path(f"{HERE}valeurs/<slug:section>/<id:number>/", rule_values.rule_value, name="rule_value"),
    path(f"{HERE}valeurs/<slug:section>/<id:number>/suite/", rule_values.rule_succeed, name="rule_succeed"),
    path(f"{HERE}limites/", rule_months.rule_month, name="rule_month"),
    path(f"{HERE}simulateur/", rule_prices.simulator, name="simulator"),
    path(f"{HERE}essai/", rule_trials.rule_trial, name="rule_trial"),
    path(f"{HERE}modeles/", rule_models.rule_models, name="rule_models"),
    path(f"{HERE}modeles/depot/", rule_models.rule_model_upload, name="rule_model_upload"),
    path(f"{HERE}modeles/<slug:slug>/", rule_models.rule_model, name="rule_model"),
    path(f"{HERE}<id:version>/", regulation.regulation_version, name="regulation_version"),
    path(f"{HERE}<id:version>/fichier/", regulation.regulation_download, name="regulation_download"),
]
