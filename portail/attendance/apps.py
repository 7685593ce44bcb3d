from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "portail.attendance"
    label = "attendance"
    verbose_name = "Présences"
