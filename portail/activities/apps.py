from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "portail.activities"
    label = "activities"
    verbose_name = "Activités"
