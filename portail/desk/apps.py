from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "portail.desk"
    label = "desk"
    verbose_name = "Guichet"
