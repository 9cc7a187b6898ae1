"""A class of tools: its public methods are tools, and they share what it holds.

A toolset is entered before its first tool is used and left after its last: open and close connections there.
"""

from typing import Any, Self

from agentkit import Agent, ToolError, Toolset


class ShoppingList(Toolset):
    """A shopping list."""

    def __init__(self) -> None:
        self.items: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        print("(the list is opened)")
        return self

    async def __aexit__(self, *error: Any) -> None:
        print("(the list is closed)")

    def add_item(self, item: str, count: int = 1) -> str:
        """Put something on the shopping list.

        Args:
            item: What to buy, for example apples.
            count: How many.
        """
        self.items[item] = self.items.get(item, 0) + count
        return f"{self.items[item]} {item} are on the list."

    def remove_item(self, item: str) -> str:
        """Take something off the shopping list.

        Args:
            item: What not to buy any more, for example apples.
        """
        if item not in self.items:
            raise ToolError(f"{item} is not on the list. There is: {', '.join(self.items) or 'nothing'}.")
        del self.items[item]
        return f"{item} is off the list."


shopping = ShoppingList()
agent = Agent(tools=[shopping])

if __name__ == "__main__":
    print(agent.run_sync("Put 6 apples on the shopping list.").response)
    print(shopping.items)
