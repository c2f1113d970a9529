"""What a message channel must do; one interface for every provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Message:
    """One message to one phone: our text, and the template name and values a provider needs."""

    phone: str
    template: str
    text: str
    params: Mapping[str, str]


class ChannelError(Exception):
    """A provider did not take a message; `can_retry` says whether trying again can help."""

    def __init__(self, reason: str, *, can_retry: bool) -> None:
        self.can_retry = can_retry
        super().__init__(reason)


class NoticeChannel(Protocol):
    """Brings messages to phones."""

    def send(self, message: Message) -> str:
        """Hand the message over; return the provider's receipt. Raises ChannelError."""
        ...
