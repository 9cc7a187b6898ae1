"""Which models there are, and when they are unloaded."""

from __future__ import annotations

import anyio
import pytest
from anyio.lowlevel import checkpoint

from agentkit.errors import ConfigurationError, ModelNotFoundError
from agentkit.runners.scripted import Scripted
from agentkit.server.models import Models, Served
from agentkit.wire.serving.card import Card


class Closing(Scripted):
    """A runner that counts how often it was unloaded."""

    def __init__(self, *, slow: float = 0.0, error: Exception | None = None) -> None:
        super().__init__(["hello"], loop=True)
        self.closed = 0
        self.was_closed = anyio.Event()
        self.slow = slow
        self.error = error

    async def aclose(self) -> None:
        await anyio.sleep(self.slow)
        self.closed += 1
        self.was_closed.set()
        if self.error is not None:
            raise self.error


def one(runner: Scripted | None = None, name: str = "@cf/a/One", *aliases: str) -> Served:
    return Served(Card(name, aliases=aliases), runner or Closing())


@pytest.mark.parametrize("name", ["@cf/a/One", "@CF/A/ONE", "One", "one"])
def test_a_model_is_found_by_its_name_or_an_alias_in_any_case(name: str) -> None:
    served = one(None, "@cf/a/One", "one")
    assert Models([served]).find(name) is served


def test_an_exact_name_goes_before_an_alias() -> None:
    first, second = one(None, "first", "second"), one(None, "second")
    models = Models([first, second])
    assert models.find("second") is second
    assert models.find("SECOND") is first
    assert models.all() == (first, second)


@pytest.mark.parametrize("name", ["", "@cf/a", "@cf/a/One/", "/", "../x", "\x00", "@cf%2fa%2fOne"])
def test_another_name_is_refused_in_the_documented_words(name: str) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        Models([one()]).find(name)
    assert caught.value.message == f"No such model {name} or task"
    assert (caught.value.status, caught.value.code) == (400, 5007)


def test_two_models_cannot_have_one_name() -> None:
    with pytest.raises(ConfigurationError, match="NAME=RUNNER"):
        Models([one(), one()])


@pytest.mark.anyio
async def test_a_model_is_unloaded_once_when_nobody_has_asked_for_a_while() -> None:
    runner = Closing()
    models = Models([one(runner)], idle=0.1)
    async with anyio.create_task_group() as group:
        group.start_soon(models.unload_idle)
        await anyio.sleep(0.3)
        assert runner.closed == 0, "it was never used"
        async with models.using(models.all()[0]):
            await anyio.sleep(0.3)
            assert runner.closed == 0, "it is in use"
        with anyio.fail_after(5):
            await runner.was_closed.wait()
        await anyio.sleep(0.3)
        assert runner.closed == 1
        group.cancel_scope.cancel()


@pytest.mark.anyio
async def test_a_model_that_is_being_unloaded_is_waited_for() -> None:
    runner = Closing(slow=0.05)
    models = Models([one(runner)])
    async with anyio.create_task_group() as group:
        group.start_soon(models.aclose)
        for _ in range(10):
            await checkpoint()
        async with models.using(models.all()[0]) as used:
            assert used is runner
            assert runner.closed == 1


@pytest.mark.anyio
async def test_a_model_that_cannot_be_unloaded_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = Closing(error=RuntimeError("stuck")), Closing()
    models = Models([one(bad, "bad"), one(good, "good")])
    await models.aclose()
    assert good.closed == 1
    assert "'bad' could not be unloaded" in caplog.text
