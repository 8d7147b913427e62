"""Use cases: functions of plain typed arguments that the command line calls, and later a page and a clock."""
