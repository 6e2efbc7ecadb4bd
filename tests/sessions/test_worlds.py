"""A profile gives the session that botocore gives for the same files, by the same calls."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.program import is_long
from tests.sessions import worlds
from tests.sessions.generated import generate
from tests.sessions.worlds import Aws, World, agree, key


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with worlds.aws(Path(tmp_path_factory.mktemp("aws"))) as found:
        yield found


@pytest.mark.parametrize("part", range(3))
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=20_000 if is_long() else 9,
)
@given(seed=st.integers(0, 2**32))
def test_a_world_of_profiles(seed: int, part: int, here: Aws) -> None:
    world = generate(random.Random(f"{part} {seed}"), here)
    found = {}
    for name in world.names:
        found[name] = here.botocores(world, name)
        ours = here.awsenvs(world, name)
        assert agree(world, name, ours, found[name]), (name, world, ours, found[name])
    # Again in one home, where each finds what the others have left there.
    here.write(world)
    for name in random.Random(seed).sample(world.names * 2, 2 * len(world.names)):
        if not found[name].who and "us-gov" in repr(world):
            continue  # by intent: "a stored session"
        ours = here.awsenvs(world, name, anew=False)
        theirs = replace(found[name], calls=ours.calls, endpoints=())
        assert agree(world, name, ours, theirs), (name, world, ours, theirs)


@pytest.mark.parametrize(
    "header", ["profile x ", "profile  x", "profile\tx", '"profile" x', "profile 'x'"]
)
def test_both_halves_of_a_profile_are_one_however_its_header_is_spelt(
    header: str, here: Aws
) -> None:
    """A header with a blank behind it was read as none, and the plain key in front of a role acted."""
    world = World(
        {
            header: {"role_arn": here.arn("one"), "source_profile": "y"},
            "profile y": key(here.users[1]),
        },
        {"x": key(here.users[0])},
    )
    told = here.awsenvs(world, "x")
    assert told == here.botocores(world, "x")
    assert ":assumed-role/one/" in told.who or header.startswith('"')


def chain(here: Aws, **source: str) -> World:
    """``x`` assumes a role with ``y``, which holds a key, and ``source`` beside it."""
    return World(
        {
            "profile x": {"role_arn": here.arn("one"), "source_profile": "y"},
            "profile y": source,
            "profile z": key(here.users[1]),
        },
        {"y": key(here.users[0])},
    )


@pytest.mark.parametrize("source", ["y", "z", "gone"])
def test_a_chain_ends_at_the_key_of_a_source_that_has_a_role_too(source: str, here: Aws) -> None:
    world = chain(here, role_arn=here.arn("two"), source_profile=source)
    told = here.awsenvs(world, "x")
    assert told == here.botocores(world, "x")
    assert [call[0] for call in told.calls] == [here.users[0].arn]


def test_a_chain_that_comes_back_to_the_profile_is_a_circle(here: Aws) -> None:
    world = chain(here, role_arn=here.arn("two"), source_profile="x")
    assert here.awsenvs(world, "y") == here.botocores(world, "y") == worlds.Told()
    # The control: the other end of it.
    assert here.awsenvs(world, "x") == here.botocores(world, "x") != worlds.Told()
