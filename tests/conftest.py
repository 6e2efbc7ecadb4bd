"""What every test wants: how hard hypothesis searches, chosen with --hypothesis-profile."""

from hypothesis import HealthCheck, settings

# `make test` searches shortly, `make search` long.
settings.register_profile("short", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "long", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=20_000
)
settings.load_profile("short")
