"""Tools: specs out, calls in, results out."""

from ..errors import ToolError
from .approval import Approver, Ask, Questions
from .context import Context
from .segments import segments
from .table import ToolTable
from .tool import Tool, tool
from .toolset import Toolset

__all__ = ["Approver", "Ask", "Context", "Questions", "Tool", "ToolError", "ToolTable", "Toolset", "segments", "tool"]
