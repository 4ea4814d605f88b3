"""The exception of the package."""


class heffte_input_error(Exception):
    """What was wrong, on which rank, with both values and the remedy; the same text on every rank.

    ``message`` is the text.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def print_what(self) -> None:
        """Prints the text."""
        print(self.message)
