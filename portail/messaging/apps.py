from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "portail.messaging"
    label = "messaging"
    verbose_name = "Messages et actualités"
