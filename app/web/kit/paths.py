"""Addresses of this service that came from outside."""


def local_path(path: str, query: str = "") -> str:
    """A path of this service and nothing else; anything odd becomes the first page."""
    whole = f"{path}?{query}" if query else path
    odd = not whole.startswith("/") or whole.startswith("//") or "\\" in whole or not whole.isprintable()
    return "/" if odd else whole
