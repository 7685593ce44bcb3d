from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "portail.field"
    label = "field"
    verbose_name = "Terrain"
