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


def told(error: Exception) -> str:
    """What this rank tells the others, which wait for it, about what it found wrong before the collective part."""
    return error.message if isinstance(error, heffte_input_error) else f"{type(error).__name__}: {error}"
