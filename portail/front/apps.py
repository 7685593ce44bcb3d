from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "portail.front"
    label = "front"
    verbose_name = "Portail des familles"
