"""The agent and its loop. `agent.py` is the face, `loop.py` the idea."""

from .agent import Agent, RunOptions

__all__ = ["Agent", "RunOptions"]
