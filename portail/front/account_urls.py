"""Signing in, under the names that django-allauth knows (they have no namespace)."""

from django.urls import URLPattern, path

from portail.front.views import passwords, sign_in

urlpatterns: list[URLPattern] = [
    path("connexion/", sign_in.sign_in, name="account_login"),
    path("deconnexion/", sign_in.sign_out, name="account_logout"),
    path("mot-de-passe/", passwords.forgotten, name="account_reset_password"),
    path("mot-de-passe/lien-envoye/", passwords.link_sent, name="account_reset_password_done"),
    path("mot-de-passe/<str:key>/", passwords.choose, name="account_reset_password_from_key"),
]
