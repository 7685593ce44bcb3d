from django.apps import AppConfig


class FamiliesConfig(AppConfig):
    name = "portail.families"
    label = "families"
    verbose_name = "Familles"
