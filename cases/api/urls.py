from django.urls import path, re_path

from cases.api import routing, views

urlpatterns = [
    path("cases/", views.Cases.as_view(), name="api-cases"),
    path("cases/<str:number>/", views.OneCase.as_view(), name="api-case"),
    path("cases/<str:number>/actions/", views.CaseActions.as_view(), name="api-case-actions"),
    path("case-types/", views.CaseTypes.as_view(), name="api-case-types"),
    path("regions/", views.Regions.as_view(), name="api-regions"),
    path("routing/preview/", routing.RoutingPreview.as_view(), name="api-routing-preview"),
    re_path("", views.Nowhere.as_view(), name="api-nowhere"),
]
