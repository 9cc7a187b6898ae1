"""The table of formats. A new one is a module and a row; of those with the same mark the first that reads it counts."""

from __future__ import annotations

from .bare import BARE
from .base import Format
from .deepseek import DEEPSEEK
from .harmony import HARMONY
from .hermes import HERMES
from .llama import LLAMA
from .mistral import MISTRAL
from .pythonic import PYTHONIC
from .qwen_xml import QWEN_XML

FORMATS: tuple[Format, ...] = (HERMES, QWEN_XML, LLAMA, MISTRAL, PYTHONIC, HARMONY, DEEPSEEK, BARE)
MARKS = tuple(mark for item in FORMATS for mark in item.marks)
