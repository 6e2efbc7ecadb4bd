"""The stand-in and a home that it knows, for every test here."""

from tests.place import place

__all__ = ["place"]
