"""Our state folder, and what lies in it: each name once. Hot path.

All of it is ours alone, mode 0700 and 0600; deleting it loses trust, grants and time, and no key.
"""

import os

# A session each, for replay; a hook watches the folder. Written by ``awsenv.records`` alone.
RECORDS = "records"
# A mirror of the folders of allowed ``.envrc`` files: what a person allowed of each. ``awsenv.envrc.trust`` writes it.
TRUST = "trust"
# Empty files whose times say when a shell has looked.
WATCH = "looked"
# For completion: commands with their options, the profiles' names, and what else means one: aliases and accounts, roles.
COMPLETION, NAMES, REFERENCES, ROLES = "completion", "names", "references", "roles"
# Rotations of keys that were begun, without a secret.
ROTATIONS = "rotations"
# IDs of keys that leave the keychain unless a profile has them there.
DOUBTFUL_KEYS = "doubtful-keys"
# The ``.env`` files that are written again at a renewal.
ENV_FILES = "dotenv"
# Which sign-in a token is of that a renewal of ours has put there; no token.
SIGN_INS = "sign-ins"
# Of ``awsenv serve``: the process and its log, what was granted for which token, its socket, the relay's compose file.
SERVER, GRANTS, SOCKET, RELAY = "server", "server/grants", "socket", "awsenv-relay"
# What the services of a compose project read, a file each.
COMPOSE = "compose"
# What was granted and is not answered; who looks at the folder sees a change.
REFUSED = "server/refused"
# The AWS config files of ``exec --live``, and the browsers of ``console --isolated``.
LIVE, BROWSERS = "live", "browsers"
# What the settings ask a hook to show, as it was read of them.
DISPLAY = "display"
# A profile that is being renamed: from what to what.
RENAME = "rename"
# Where the files of teams lie whose profiles are in the config file.
TEAMS = "teams"
# Files that are being written for a folder on the same disk which is not ours; and locks.
STAGING, LOCKS = "aside", "locks"


# Where nothing can lie: the home of a user who has none.
NOWHERE = "/dev/null"


def home_folder(environ: dict[str, str]) -> str:
    """The home folder of ``environ``, else of this user; ``NOWHERE`` where that is not absolute, for what is kept would
    lie in whatever folder one stands in."""
    home = environ.get("HOME") or os.path.expanduser("~")
    return home if home[:1] == "/" else NOWHERE


def state_folder(environ: dict[str, str]) -> str:
    """The folder (XDG Base Directory Specification: a relative path there is ignored)."""
    base = environ.get("XDG_STATE_HOME", "")
    if base[:1] != "/":
        base = home_folder(environ) + "/.local/state"
    return base + "/awsenv"


def state_path(environ: dict[str, str], name: str) -> str:
    """Where what is called ``name``, one of the above, lies in it."""
    return f"{state_folder(environ)}/{name}"
