"""All tables together."""

from __future__ import annotations

from .case import Case
from .code_cases import CASES as CODE
from .data_cases import CASES as DATA
from .deepseek_cases import CASES as DEEPSEEK
from .harmony_cases import CASES as HARMONY
from .hermes_cases import CASES as HERMES
from .json_cases import CASES as JSON
from .llama_cases import CASES as LLAMA
from .mistral_cases import CASES as MISTRAL
from .prose_cases import CASES as PROSE
from .pythonic_cases import CASES as PYTHONIC
from .qwen_xml_cases import CASES as QWEN_XML
from .shown_cases import CASES as SHOWN

FORMATS = {
    "hermes": HERMES,
    "qwen xml": QWEN_XML,
    "llama": LLAMA,
    "mistral": MISTRAL,
    "pythonic": PYTHONIC,
    "harmony": HARMONY,
    "deepseek": DEEPSEEK,
    "json": JSON,
}
OTHERS = {
    "shown": SHOWN,
    "data": DATA,
    "code": CODE,
    "prose": PROSE,
}


def together(tables: dict[str, dict[str, Case]]) -> dict[str, Case]:
    return {f"{table}: {name}": case for table, cases in tables.items() for name, case in cases.items()}


POSITIVES = together(FORMATS)
NEGATIVES = together(OTHERS)
ALL = POSITIVES | NEGATIVES
