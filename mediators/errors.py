from django.utils.translation import gettext_lazy as _


class PeopleError(Exception):
    """A rule about people or bodies refuses what was asked; the message may be shown."""

    code = "people_error"


class InvalidIdentity(PeopleError, ValueError):
    """A phone, identity or company number that cannot be right."""

    code = "invalid_identity"


class SealBroken(PeopleError):
    """An encrypted value cannot be opened with any key we hold."""

    code = "seal_broken"

    def __init__(self) -> None:
        super().__init__(str(_("加密数据打不开，请联系系统管理员检查密钥")))
