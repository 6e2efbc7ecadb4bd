"""A home that a stand-in for AWS knows, and a server for it, for every test here."""

from tests.server.served import server
from tests.sessions.place import place

__all__ = ["place", "server"]
