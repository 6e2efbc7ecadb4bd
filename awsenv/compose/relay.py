"""The relay's compose file: what every SDK asks at 169.254.170.2 is handed on to the server's socket.

One for the machine. Where the engine runs here, and as root, it holds that address on the loopback interface: containers of
every network of every project reach it, and what is sent there never leaves the machine. Else it stands in a network of its
own that all projects share, and where a socket of the host cannot be mounted (a virtual machine) it hands on to the
server's port. Format: the Compose Specification.
"""

import contextlib
import json
import os
from typing import Any

from awsenv import programs
from awsenv.aws.options import Say
from awsenv.compose import containers
from awsenv.compose import engine as engines
from awsenv.compose.override import NETWORK, RELAY, write_yaml
from awsenv.compose.place import HOST, PORT
from awsenv.compose.place import NETWORK as NETWORK_FORM
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.paths import write_word
from awsenv.server import sockets
from awsenv.state import RELAY as RELAY_FOLDER
from awsenv.state import state_path

# Seconds in which whoever holds the address has to answer: it is on this machine, or it is none of ours.
_ANSWERS_WITHIN = 1.0
# Seconds that an engine may take to end the relay.
_ENDS_WITHIN = 60.0
_LISTEN = "TCP-LISTEN:80,fork,reuseaddr,backlog=256"


def write(form: str, port: int, engine: str, environ: dict[str, str]) -> str:
    """Write the relay's compose file of that ``form`` in our state folder; its path. ``port`` is the server's on
    127.0.0.1, which engines in a virtual machine go by. ``engine``: its words. Raises ``AwsenvError``."""
    if form == PORT and not port:
        raise AwsenvError("the relay needs awsenv serve's port", "awsenv serve --port 0, then again")  # fmt: skip
    path = _path(environ)
    folders.make_private(os.path.dirname(path))
    content: dict[str, Any] = {"services": {"relay": _format_service(form, port, environ)}}
    # Projects that an earlier release brought to the network go on there until they are brought here anew.
    program = containers.choose_program(engine, environ)
    stays = form == HOST and containers.ask(program, ["network", "inspect", NETWORK], environ)
    if stays:
        content["services"]["relay-in-network"] = _format_service(NETWORK_FORM, port, environ)
    if form != HOST or stays:
        network = {"name": NETWORK, "ipam": {"config": [{"subnet": "169.254.170.0/24"}]}}
        content["networks"] = {NETWORK: network}
    write_yaml(path, content, 0o600)
    return path


def remove(environ: dict[str, str], say: Say) -> None:
    """End the relay, its network, and the address that it holds, where its file lies; said, with what to type where the
    engine will not."""
    path = _path(environ)
    if not os.path.lexists(path):
        return
    words = engines.find_words(environ)
    by_hand = f"{' '.join(words) or 'docker compose'} -f {write_word(path)} down"
    compose = [*words, "-f", path]
    holds = b"ip addr add" in (reading.read_if_there(path) or b"")
    try:
        # The address outlives its container, so that nobody else gets what is sent there.
        lets_go = [
            *compose,
            "run",
            "--rm",
            "-T",
            "relay",
            f"ip addr del {RELAY}/32 dev lo 2>/dev/null; :",
        ]
        done = bool(words) and all(
            programs.run(each, environ, seconds=_ENDS_WITHIN).code == 0
            for each in ([*compose, "down", "--remove-orphans"], *([lets_go] if holds else []))
        )
        if done and holds:
            programs.run([*compose, "down"], environ, seconds=_ENDS_WITHIN)
    except (OSError, AwsenvError):
        done = False
    if done:
        folders.remove(os.path.dirname(path))
        say("nothing is granted any more: the relay has ended")
    else:
        say(f"a relay of containers may still run; {by_hand}")


def _path(environ: dict[str, str]) -> str:
    return os.path.join(state_path(environ, RELAY_FOLDER), "compose.yaml")


def check_address() -> None:
    """Raise ``AwsenvError`` where somebody else answers at the relay's address: ECS and EC2 do, and another user's
    relay."""
    whose = find_owner()
    if whose not in ("", str(os.geteuid())):
        who = f"user {whose}'s awsenv serve" if whose.isdigit() else whose
        raise AwsenvError(f"{RELAY} is held by {who} on this machine", "awsenv dotenv PROFILE -o .env, for a session in the file")  # fmt: skip


def find_owner() -> str:
    """Who answers at the relay's address: the number of a user whose awsenv it is, words for anything else, nothing where
    nobody does."""
    import http.client

    connection = http.client.HTTPConnection(RELAY, 80, timeout=_ANSWERS_WITHIN)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        told = json.loads(answer.read(4096))
        return str(told["awsenv"])
    except OSError:
        return ""
    except (ValueError, KeyError, TypeError, http.client.HTTPException):
        return "another program (on ECS and EC2: the machine's own credentials)"
    finally:
        with contextlib.suppress(OSError):
            connection.close()


def _format_service(form: str, port: int, environ: dict[str, str]) -> dict[str, Any]:
    image = {"image": "${AWSENV_RELAY_IMAGE:-alpine/socat}"}
    target = f"TCP:host.docker.internal:{port}" if form == PORT else "UNIX-CONNECT:/run/awsenv/awsenv.sock"  # fmt: skip
    # The folder, not the socket: a restarted server has a new one.
    source = os.path.dirname(sockets.socket_path(environ)).replace("$", "$$")
    volume = {"type": "bind", "source": source, "target": "/run/awsenv", "read_only": True}
    if form == HOST:
        holds = f"ip addr add {RELAY}/32 dev lo 2>/dev/null"
        return image | {
            "entrypoint": ["/bin/sh", "-c"],
            "command": [f"{holds}; exec socat {_LISTEN},bind={RELAY} {target}"],
            "network_mode": "host",
            "cap_add": ["NET_ADMIN"],
            "restart": "always",
            "volumes": [volume],
        }
    return image | {
        "entrypoint": ["socat"],
        "command": [_LISTEN, target],
        "restart": "always",
        "networks": {NETWORK: {"ipv4_address": RELAY}},
        **({} if form == PORT else {"volumes": [volume]}),
    }
