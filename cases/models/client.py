from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.reference import Channel


class ChannelKey(models.Model):
    """The key of a partner system that files by the API; only its digest is kept.

    `user` is the account its deeds are recorded under.
    """

    name = models.CharField(_("系统"), max_length=60)
    channel = models.ForeignKey(Channel, models.PROTECT, verbose_name=_("渠道"))
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("账户"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    is_active = models.BooleanField(_("在用"), default=True)
    expires_on = models.DateField(_("到期日"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道密钥")

    def __str__(self) -> str:
        return self.name
