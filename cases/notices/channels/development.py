"""Development: nothing leaves the machine; the Notice row itself is read at /dev/messages/."""

from cases.notices.channels.base import Message


class DevelopmentChannel:
    """Takes every message; what it said can be read in the app while DEBUG is on."""

    def send(self, message: Message) -> str:
        return "kept for reading"
