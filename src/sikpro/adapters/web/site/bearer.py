"""Which requests are the JSON API's: those have a token, never a session."""

PREFIX = "/api"


def is_api(path: str) -> bool:
    """Return whether an address is the JSON API's.

    >>> is_api("/api"), is_api("/api/v1/orders"), is_api("/apis")
    (True, True, False)
    """
    return path == PREFIX or path.startswith(f"{PREFIX}/")
