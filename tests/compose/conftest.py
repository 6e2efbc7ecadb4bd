"""A home that a stand-in for AWS knows, and a server for it, for every test here."""

from tests.place import place
from tests.served import server

__all__ = ["place", "server"]
