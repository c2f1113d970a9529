from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = _("案件")

    def ready(self) -> None:
        from cases import events, fees, intake, messages, tasks  # noqa: F401
        from cases.notices import changes  # noqa: F401
        from cases.notices import subscribers as notices  # noqa: F401
        from cases.routing import replay
        from cases.routing import subscribers as routing  # noqa: F401
        from cases.signing import subscribers as signing  # noqa: F401

        events.wake_relay = tasks.wake_relay
        messages.wake_sending = tasks.wake_sending
        replay.wake = tasks.wake_replays
