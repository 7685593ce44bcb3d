from django.urls import include, path

urlpatterns = [
    path("", include("portail.core.urls")),
    path("guichet/", include("portail.desk.urls")),
    path("", include("portail.front.urls")),
]
