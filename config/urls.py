from django.urls import include, path

urlpatterns = [
    path("", include("portail.core.urls")),
    path("guichet/", include("portail.desk.urls")),
    path("terrain/", include("portail.field.urls")),
    path("", include("portail.front.account_urls")),
    path("", include("portail.front.urls")),
]

handler400 = "portail.core.views.bad_request"
handler403 = "portail.core.views.permission_denied"
handler404 = "portail.core.views.page_not_found"
handler500 = "portail.core.views.server_error"
