"""The stand-in and a home that it knows, for every test here."""

from tests.sessions.place import place

__all__ = ["place"]
