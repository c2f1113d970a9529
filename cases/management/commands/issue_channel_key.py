"""Give a partner system the key with which it files by the API."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases import clients
from cases.errors import CaseError
from cases.models import Channel


class Command(BaseCommand):
    help = "Issue a channel key and print its secret, once: only its digest is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the partner system, as people here call it")
        parser.add_argument("channel", help="key of the channel it files under, e.g. court")
        parser.add_argument(
            "--expires-on", type=dt.date.fromisoformat, help="last day on which it works"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            channel = Channel.objects.get(key=options["channel"])
            key, secret = clients.issue_key(
                options["name"], channel=channel, by=None, expires_on=options["expires_on"]
            )
        except Channel.DoesNotExist:
            known = ", ".join(Channel.objects.values_list("key", flat=True))
            raise CommandError(f"No such channel; there are: {known}") from None
        except CaseError as error:
            raise CommandError(str(error)) from None
        self.stderr.write(f"Key {key.pk} of {key.name} ({channel.name}). It is not shown again:")
        self.stdout.write(secret)
