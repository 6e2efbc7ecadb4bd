"""The sandbox's keychain: a file in its home, for the keyring library. It shows how a key gets out of
the AWS files; it hides nothing.
"""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Keychain(KeyringBackend):
    """Secrets by service and name."""

    priority = 0  # of itself the library takes another

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or ``None``."""
        return self._all().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store it."""
        self._write({**self._all(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Delete it. Raises ``PasswordDeleteError`` where it is not there."""
        left = self._all()
        if left.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError("not there")
        self._write(left)

    def _all(self) -> dict[str, str]:
        return dict(json.loads(self._file.read_text())) if self._file.exists() else {}

    def _write(self, secrets: dict[str, str]) -> None:
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(secrets))

    @property
    def _file(self) -> Path:
        return Path(os.environ["HOME"], ".demo-keychain")
