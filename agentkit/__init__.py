"""agentkit: typed Python functions become tools that a language model uses until the job is done."""

from .agent import Agent
from .errors import AgentKitError, ConfigurationError, OutputError, RunnerError, ToolError
from .generation import Sampling
from .messages import Message, ToolCall, ToolResult, Usage
from .result import Result
from .runners import as_runner
from .runners.base import Runner
from .tooling import Context, Tool, Toolset, tool

__all__ = [
    "Agent",
    "AgentKitError",
    "ConfigurationError",
    "Context",
    "Message",
    "OutputError",
    "Result",
    "Runner",
    "RunnerError",
    "Sampling",
    "Tool",
    "ToolCall",
    "ToolError",
    "ToolResult",
    "Toolset",
    "Usage",
    "as_runner",
    "tool",
]
