from scoring.models.entry import PointEntry
from scoring.models.period import Month, MonthResult
from scoring.models.rule import PointBook, PointRule

__all__ = ["Month", "MonthResult", "PointBook", "PointEntry", "PointRule"]
