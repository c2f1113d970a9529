"""Who may use which address of the API; what may be seen there, `visible_to` decides."""

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from cases.models import ChannelKey


class FilesWithChannelKey(BasePermission):
    """Reading is for everybody signed in, filing for partner systems: each files as its channel."""

    message = _("登记案件要用渠道密钥")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or isinstance(request.auth, ChannelKey)
