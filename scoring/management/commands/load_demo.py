"""Make up the demonstration: bodies, mediators, sign-ins, posters. Only once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

import cases.demo
import mediators.demo
from cases.models import CaseType


class Command(BaseCommand):
    help = "Load demonstration bodies, mediators, sign-ins and posters; does nothing a second time."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("演示账号的密码是公开的：只有设置DEMO=true才能载入演示数据。"))
        if not CaseType.objects.exists():
            raise CommandError(_("还没有基础数据，请先运行 load_reference"))
        with transaction.atomic():
            made = mediators.demo.populate()
            if made is None:
                self.stdout.write(_("演示数据已经有了，没有改动。"))
                return
            posters, secret = cases.demo.populate()
        self.stdout.write(
            _("演示数据：调解组织%(bodies)d个，调解员%(people)d名，海报%(posters)d张。")
            % {"bodies": made[0], "people": made[1], "posters": posters}
        )
        self.stdout.write(
            _("%(partner)s的渠道密钥（只显示这一次）：%(secret)s")
            % {"partner": cases.demo.PARTNER, "secret": secret}
        )
