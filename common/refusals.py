"""An act that can't be done, in words fit for the person who tried."""


class RefusalError(Exception):
    """`code` for programs, `message` for people; `field` where one is at fault."""

    def __init__(self, code: str, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
