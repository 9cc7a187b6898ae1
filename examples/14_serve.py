"""An agent behind an address: whoever can ask a model over HTTP can ask it, in any language.

This starts a server on a free port, asks it once, prints what happens as it happens, and stops it. A server to stay:

    agentkit serve --agent examples/14_serve.py:librarian
"""

import json
import subprocess
import sys
import urllib.request

from agentkit import Agent, tool

SHELVES = {"dune": "B 12", "emma": "A 3", "ulysses": "C 7"}


@tool
def find_book(title: str) -> str:
    """Tell on which shelf a book stands.

    Args:
        title: Of the book.
    """
    return SHELVES.get(title.lower(), "not in this library")


librarian = Agent(tools=[find_book], instructions="You help the visitors of a library.")


def main() -> None:
    program = [sys.executable, "-c", "from agentkit.cli import main; main()"]
    options = ["serve", "--agent", __file__ + ":librarian", "--port", "0", "--json", "--quiet"]
    with subprocess.Popen([*program, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            ask(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()


def ask(url: str) -> None:
    body = {"messages": [{"role": "user", "content": "Where is Dune?"}], "stream": True, "events": True}
    question = urllib.request.Request(f"{url}/ai/run/@agentkit/librarian", json.dumps(body).encode())
    event = ""
    with urllib.request.urlopen(question) as answer:
        for line in answer:
            name, _, data = line.decode().strip().partition(": ")
            if name == "event":
                event = data
            elif name == "data" and event == "tool_finished":
                print("found:", json.loads(data)["result"]["content"])
            elif name == "data" and not event and data != "[DONE]":
                print(json.loads(data).get("response", ""), end="", flush=True)
            elif not name:
                event = ""
    print()


if __name__ == "__main__":
    main()
