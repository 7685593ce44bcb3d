from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portail.core"
    label = "core"
    verbose_name = "Socle"

    def ready(self) -> None:
        from portail.core import checks  # noqa: F401 - registers them
