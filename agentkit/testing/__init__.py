"""Tests with real traffic, recorded once and replayed for ever, without a key and without the network.

In `conftest.py`:

    pytest_plugins = ["agentkit.testing.plugin"]

In a test:

    async def test_the_weather(cassette):
        agent = Agent(cassette.runner("openai:gpt-4o-mini"), tools=[weather])
        assert "sunny" in (await agent.run("How is the weather in Lagos?")).response

`pytest --record-cassettes` asks the real server, once; what went over the wire lies in `cassettes/` beside the test,
without secrets. From then on `pytest` replays it: the network is not touched, and a request that was never recorded
fails with the nearest one that was, and the difference. For tests without a server at all see
`agentkit.runners.scripted`.
"""

from ..errors import ReplayError
from .cassette import Cassette

__all__ = ["Cassette", "ReplayError"]
