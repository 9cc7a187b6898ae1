"""The same agent on another machine: any OpenAI-compatible server, or Cloudflare Workers AI.

    OPENAI_BASE_URL=http://localhost:11434/v1 python examples/10_servers.py openai:llama3
    CLOUDFLARE_ACCOUNT_ID=... CLOUDFLARE_AUTH_TOKEN=... python examples/10_servers.py @cf/meta/llama-3.1-8b-instruct

Errors say what to do about them, and carry the run as far as it came.
"""

import sys

from agentkit import Agent, AgentKitError, RunnerError, tool


@tool
def temperature(city: str) -> str:
    """Tell the temperature in a city.

    Args:
        city: The city, for example Oslo.
    """
    return {"Oslo": "-3 °C", "Cairo": "24 °C"}.get(city, "unknown")


def main() -> None:
    try:
        agent = Agent(sys.argv[1] if len(sys.argv) > 1 else None, tools=[temperature], temperature=0, max_tokens=200)
        result = agent.run_sync("How cold is it in Oslo?")
    except RunnerError as error:
        so_far = len(error.partial.messages) if error.partial else 0
        sys.exit(f"{error} (status {error.status}, {so_far} messages so far)")
    except AgentKitError as error:
        sys.exit(str(error))
    print(result.response)
    print(f"by {result.model}, {result.usage.total_tokens} tokens, conversation of {len(result.messages)} messages")


if __name__ == "__main__":
    main()
