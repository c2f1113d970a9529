from django.conf import settings
from django.contrib.auth import views
from django.urls import path

from mediators.demo import SIGN_INS

urlpatterns = [
    path(
        "sign-in/",
        views.LoginView.as_view(
            template_name="registration/sign_in.html",
            redirect_authenticated_user=True,
            extra_context={"sign_ins": SIGN_INS if settings.DEMO else ()},
        ),
        name="sign-in",
    ),
    path("sign-out/", views.LogoutView.as_view(), name="sign-out"),
]
