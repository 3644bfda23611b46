"""What the server's modules raise beside the library's errors. They know no HTTP, and hold no stored values."""


class ConflictError(Exception):
    """What was asked conflicts with what is stored; the text says which rule, and may be shown."""


class NotFoundError(Exception):
    """There is no such thing, or none that whoever acts may see."""
