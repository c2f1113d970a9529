from django.db import models


class OneTimeCode(models.Model):
    """A six-digit code sent to a phone for one purpose; only its keyed digest is kept."""

    phone_index = models.CharField(max_length=64, db_index=True)
    purpose = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class Budget(models.Model):
    """How often something was done in one window of time: messages, filings, guesses.

    Kept in the database and counted in one statement, because a count that is read and then
    written lets parallel requests through.
    """

    subject = models.CharField(max_length=120)
    window = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "window"], name="one_count_a_window")
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.count}"
