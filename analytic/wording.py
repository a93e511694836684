"""Words that go with a number."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return how many of something there are, in words; `many` is needed where it is not `one` with an s.

    Examples
    --------
    >>> counted(1, "pattern"), counted(2, "pattern"), counted(0, "axis", "axes")
    ('1 pattern', '2 patterns', '0 axes')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
