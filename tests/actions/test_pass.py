"""Keys in ``pass``, the keychain of people without a desktop: GnuPG locks it, and asks."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.place import Place
from tests.shells.real import clean, installed

# A person who knows the phrase where there is a file of that name, else one who closes the question
# (GPG_ERR_CANCELED).
_CANCELS = """#!/bin/sh
echo OK
while read -r line; do case $line in
  GETPIN*) if [ -e "$0.phrase" ]; then echo "D $(cat "$0.phrase")"; echo OK
    else echo 'ERR 83886179 Operation cancelled <Pinentry>'; fi ;;
  BYE*) echo OK; exit ;;
  *) echo OK ;;
esac; done
"""


class Store:
    """A password store of ``place``'s, outside of its home, behind a GPG key with ``phrase``."""

    def __init__(self, place: Place, phrase: str) -> None:
        for name in ("pass", "gpg"):
            installed(name)
        self.place = place
        # GnuPG's sockets lie in its home, whose path has to be short.
        self.folder = Path("/tmp", f"awsenv-pass-{os.getpid()}")
        self.folder.mkdir(mode=0o700)
        self.environ = {
            "PYTHON_KEYRING_BACKEND": "keyring_pass.PasswordStoreBackend",
            "GNUPGHOME": str(self.folder),
            "PASSWORD_STORE_DIR": str(self.folder / "store"),
        }
        pinentry = self.folder / "pinentry"
        pinentry.write_text(_CANCELS)
        pinentry.chmod(0o700)
        self.phrase = self.folder / "pinentry.phrase"
        self.phrase.write_text(phrase)
        (self.folder / "gpg-agent.conf").write_text(f"pinentry-program {pinentry}\n")
        key = ("--batch", "--passphrase", phrase, "--quick-gen-key", "a@example.org")
        self._do("gpg", "--quiet", "--pinentry-mode", "loopback", *key)
        self._do("pass", "init", "a@example.org")

    def _do(self, *command: str) -> None:
        environ = clean(self.place.home) | self.environ
        subprocess.run(command, env=environ, check=True, capture_output=True)

    def lock(self) -> None:
        """Nobody knows the phrase any more."""
        self.phrase.unlink(missing_ok=True)
        self._do("gpgconf", "--kill", "gpg-agent")

    def close(self) -> None:
        self.lock()
        subprocess.run(["rm", "-rf", str(self.folder)], check=True)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return self.place.run(*words, **self.environ)


def test_a_key_goes_into_pass_and_back(place: Place) -> None:
    store = Store(place, "")
    try:
        result = store.run("keychain", "import", "key")
        assert result.returncode == 0, result.stderr
        files = [p.read_bytes() for p in place.home.rglob("*") if p.is_file()]
        assert not any(place.plain.secret.encode() in text for text in files)
        assert place.plain.secret in store.run("use", "key", "--shell", "json").stdout
        assert store.run("rotate", "key").returncode == 0
        (new,) = place.server.iam.keys(place.plain)
        assert new.secret in store.run("use", "key", "--shell", "json").stdout
        assert store.run("keychain", "export", "key").returncode == 0
        assert new.secret in (place.home / ".aws/credentials").read_text()
        assert not list((store.folder / "store").rglob("AKIA*"))
    finally:
        store.close()


@pytest.mark.parametrize("words", [("use", "key", "--shell", "bash"), ("rotate", "key")])
def test_a_person_who_closes_the_question_gets_one_line_and_nothing_is_changed(
    place: Place, words: tuple[str, ...]
) -> None:
    store = Store(place, "phrase")
    try:
        assert store.run("keychain", "import", "key").returncode == 0
        store.lock()
        before = (place.home / ".aws/config").read_text()
        result = store.run(*words)
        told = [line for line in result.stderr.splitlines() if line.startswith("awsenv: ")]
        assert (result.returncode, len(told)) == (3, 1), result.stderr
        assert "unlock it" in told[0]
        assert result.stdout in ("", "false\n")
        assert (place.home / ".aws/config").read_text() == before
    finally:
        store.close()
