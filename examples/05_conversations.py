"""A bot: one agent, any number of conversations at once, each with a history of its own.

A history is a list of messages. What `Result.messages` gives is the `history=` of the next run; as JSON it can be
kept anywhere, and read back years later.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from agentkit import Agent

agent = Agent(instructions="You are the bot of a small library. Answer in one sentence.")


class Bot:
    """Keeps one file of history per user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def answer(self, user: str, question: str) -> str:
        """Answer in the user's own conversation."""
        file = self.folder / f"{user}.json"
        history = json.loads(file.read_text()) if file.exists() else []
        result = agent.run_sync(question, history=history)
        file.write_text(json.dumps([message.to_dict() for message in result.messages]))
        return result.response


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        bot = Bot(Path(folder))
        for user, question in (("ada", "I am Ada. Hello!"), ("bob", "Hello!"), ("ada", "What is my name?")):
            print(f"{user}: {question}")
            print(f"bot: {bot.answer(user, question)}")
