"""The documented schemas, as they were published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentkit.wire.serving.card import Edition

DATA = Path(__file__).parents[2] / "data"
FILES: dict[Edition, str] = {
    "2023": "seed003.text-generation-2023",
    "2024": "seed001.qwen1.5-1.8b-chat",
    "2024-tools": "seed002.llama-2-13b-chat-awq",
    "2025": "docs2025.llama-3.3-70b-instruct-fp8-fast",
}
EDITIONS = tuple(FILES)


def published(edition: Edition, side: str) -> Any:
    """The `input` or `output` schema of an edition."""
    return json.loads((DATA / f"{FILES[edition]}.{side}.schema.json").read_text())
