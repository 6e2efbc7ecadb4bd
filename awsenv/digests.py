"""Names and marks made of texts, by SHA-2 and SHA-1, with what ``hashlib`` itself takes where it has no OpenSSL: that is
loaded in a tenth of the time, and a prompt may wait for it."""


def sha256(text: str | bytes) -> str:
    """The hexadecimal SHA-256 of ``text``: of its bytes as they were, for what was no UTF-8 is so again."""
    try:
        from _sha2 import sha256  # type: ignore[import-not-found]  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256  # type: ignore[import-not-found]
        except ImportError:
            from hashlib import sha256
    found: str = sha256(_encode(text)).hexdigest()
    return found


def sha1(text: str | bytes) -> str:
    """The same by SHA-1, by which the AWS CLI names files."""
    try:
        from _sha1 import sha1  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha1
    found: str = sha1(_encode(text)).hexdigest()
    return found


def _encode(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
