"""What the log is told of requests: one line where somebody was refused, the whole story where the fault is ours."""

import logging

OURS = 500  # from this status on


class Refusals(logging.Filter):
    """A refused request (4xx) is no fault of the program: a line says who was refused what, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; take the traceback off those of a refusal."""
        if getattr(record, "status_code", OURS) < OURS:
            record.exc_info = record.exc_text = None
        return True
