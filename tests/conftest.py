"""What every test wants: how hard hypothesis searches, chosen with --hypothesis-profile."""

from hypothesis import settings

# `make test` searches shortly, `make search` long.
settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile("short")
