"""Why a calendar can't be read as a whole. Then what was read before stays as it is."""


class ReadingError(Exception):
    """`code` is one of: not_a_calendar, cut_off, too_many_events, too_many_times, too_slow."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
