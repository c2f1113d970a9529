from django.apps import AppConfig


class MediationConfig(AppConfig):
    name = "mediation"

    def ready(self) -> None:
        from celery.signals import worker_init

        from mediation import checks

        worker_init.connect(checks.refuse_unsafe_worker)
