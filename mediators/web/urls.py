from typing import Any

from django.conf import settings
from django.contrib.auth import views
from django.urls import path

from mediators.demo import SIGN_INS


class SignIn(views.LoginView):
    """Django's sign-in without its variable `site`: it would hide the house's name and phone."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        del context["site"]
        return context


urlpatterns = [
    path(
        "sign-in/",
        SignIn.as_view(
            template_name="registration/sign_in.html",
            redirect_authenticated_user=True,
            extra_context={"sign_ins": SIGN_INS if settings.DEMO else ()},
        ),
        name="sign-in",
    ),
    path("sign-out/", views.LogoutView.as_view(), name="sign-out"),
]
