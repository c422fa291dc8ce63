"""23. November 2026, 14:56; the day keeps its dot."""

DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "j. M H:i"
MONTH_DAY_FORMAT = "j. F"
