"""Tools: specs out, calls in, results out."""

from ..errors import ToolError
from .context import Context
from .segments import segments
from .table import ToolTable
from .tool import Tool, tool
from .toolset import Toolset

__all__ = ["Context", "Tool", "ToolError", "ToolTable", "Toolset", "segments", "tool"]
