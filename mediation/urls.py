from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from mediation import health, views

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error

urlpatterns = [
    path("", include("cases.web.urls")),
    path("", include("scoring.web.urls")),
    path("staff/", include("mediators.web.urls")),
    path("staff/", views.staff_home, name="staff-home"),
    path("api/v1/", include("cases.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    path("admin/", admin.site.urls),
    path("theme.css", views.theme, name="theme"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("dev/messages/", views.dev_messages, name="dev-messages"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
