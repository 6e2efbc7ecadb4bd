"""Where the engine's containers run, as it says of itself: that decides where they find the relay."""

import sys
from typing import Any

from awsenv.compose import containers

# The relay's forms. ``HOST``: an address on this machine's own loopback, which containers of every network reach.
# ``NETWORK``: an address in a network that services are brought to. ``PORT``: that too, in a virtual machine, which sees no
# socket of this one's.
HOST, NETWORK, PORT = "host", "network", "port"
# What engines in a virtual machine call their system, and their machine.
_SYSTEMS = ("docker desktop", "orbstack")
_NAMES = ("colima", "lima", "rancher", "podman-machine")


def find_form(engine: str, environ: dict[str, str]) -> str:
    """The form for containers of ``engine`` (its words; empty for whatever there is)."""
    told = _ask(engine, environ)
    if told is None:
        return PORT if sys.platform == "darwin" else NETWORK
    if _is_elsewhere(told):
        return PORT
    return NETWORK if _is_rootless(told) else HOST


def _is_elsewhere(told: dict[str, Any]) -> bool:
    system, name = str(told.get("OperatingSystem", "")), str(told.get("Name", ""))
    host = told.get("host")
    remote = isinstance(host, dict) and bool(host.get("serviceIsRemote"))
    return remote or system.lower().startswith(_SYSTEMS) or name.lower().startswith(_NAMES)


def _is_rootless(told: dict[str, Any]) -> bool:
    options = " ".join(map(str, told.get("SecurityOptions") or []))
    host = told.get("host")
    security = host.get("security") if isinstance(host, dict) else None
    return "rootless" in options or (isinstance(security, dict) and bool(security.get("rootless")))


def _ask(engine: str, environ: dict[str, str]) -> dict[str, Any] | None:
    """What ``info`` says, ``None`` where the engine does not answer."""
    program = "podman" if engine.startswith("podman") else "docker"
    form = "json" if program == "podman" else "{{json .}}"
    told = containers.ask(program, ["info", "--format", form], environ)
    # A client without its engine answers all the same, with what it knows of itself.
    known = isinstance(told, dict) and (told.get("OperatingSystem") or told.get("host"))
    return told if known else None
