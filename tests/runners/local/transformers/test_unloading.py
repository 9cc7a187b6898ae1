"""Folders and a GGUF file take turns in a memory that has room for one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.engines import opened
from agentkit.runners.local.machine import Memory, memory_for
from agentkit.runners.local.needs import need_of
from agentkit.runners.local.shelf import Shelf

pytestmark = pytest.mark.real


def test_models_of_both_engines_make_room_for_each_other(folders: dict[str, Path], weights: Path) -> None:
    loads = [Load(place, 256, 1, "cpu") for place in (weights, folders["llama"], folders["qwen2"])]
    shelf = Shelf(opened, memory_for, lambda memory: need_of(loads[0], Memory("RAM", 0)).total)
    texts = []
    for load in loads * 2:
        engine = shelf.claim(load, lambda: False)
        shelf.keep(load)
        decoder = Decoder(engine, lambda: False)
        texts.append(decoder.complete(decoder.prompt("the cat sat"), 5, temperature=0).text)
        shelf.release(load)
        if load is loads[0]:
            assert shelf.loaded() == (load,)
        assert load in shelf.loaded()
    assert texts[:3] == texts[3:]
    assert shelf.loaded() == tuple(loads[1:])
    shelf.close()
