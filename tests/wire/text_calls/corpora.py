"""All tables together."""

from __future__ import annotations

from . import (
    code_cases,
    data_cases,
    deepseek_cases,
    harmony_cases,
    hermes_cases,
    json_cases,
    llama_cases,
    mistral_cases,
    prose_cases,
    pythonic_cases,
    qwen_xml_cases,
    shown_cases,
)
from .case import Case

FORMATS = {
    "hermes": hermes_cases.CASES,
    "qwen xml": qwen_xml_cases.CASES,
    "llama": llama_cases.CASES,
    "mistral": mistral_cases.CASES,
    "pythonic": pythonic_cases.CASES,
    "harmony": harmony_cases.CASES,
    "deepseek": deepseek_cases.CASES,
    "json": json_cases.CASES,
}
OTHERS = {
    "shown": shown_cases.CASES,
    "data": data_cases.CASES,
    "code": code_cases.CASES,
    "prose": prose_cases.CASES,
}


def together(tables: dict[str, dict[str, Case]]) -> dict[str, Case]:
    return {f"{table}: {name}": case for table, cases in tables.items() for name, case in cases.items()}


POSITIVES = together(FORMATS)
NEGATIVES = together(OTHERS)
ALL = POSITIVES | NEGATIVES
