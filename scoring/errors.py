class ScoringError(Exception):
    """A rule of scoring refuses what was asked; the message may be shown to the person."""

    code = "scoring_error"
