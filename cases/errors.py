from django.utils.translation import gettext as _


class CaseError(Exception):
    """A rule of mediation refuses what was asked; the message may be shown to the person."""

    code = "case_error"


class InvalidFiling(CaseError):
    """What was typed cannot become a case: `fields` maps each field to what to change."""

    code = "invalid_filing"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(_("；").join(fields.values()))


class TransitionNotAllowed(CaseError):
    """The table of a case's life does not hold this step, for this person, now."""

    code = "transition_not_allowed"


class KeyReused(CaseError):
    """An idempotency key came again with other content."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(_("这个Idempotency-Key已用于另一份内容，请换一个。"))


class CodeRefused(CaseError):
    """A one-time code is wrong, old, used up or asked for too often."""

    code = "one_time_code_refused"


class TooOften(CodeRefused):
    """A limit on messages, filings or guesses is reached; waiting helps."""

    code = "too_often"


class FileRefused(CaseError):
    """An uploaded file is not of a kind, size or content that we take."""

    code = "file_refused"


class NoRuleBook(CaseError):
    """No keyword rule book is in force, so nothing can be classified."""

    code = "no_rule_book"


class DoneByAnother(CaseError):
    """Somebody dealt with the case after the page was shown, so nothing was done again."""

    code = "done_by_another"


class NotReplayed(CaseError):
    """A draft of keywords would be published without knowing which cases it moves."""

    code = "not_replayed"
