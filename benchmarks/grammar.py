"""What a grammar costs: made of a toolset, compiled, and asked at every token which ones may come."""

from __future__ import annotations

import random
import re
import statistics
import sysconfig
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from harness import Row, report

from agentkit.messages import ToolSpec
from agentkit.runners.local.constrained.call_formats import HERMES
from agentkit.runners.local.constrained.checking import Follower
from agentkit.runners.local.constrained.masks import GrammarCompiler, Masks, Matcher
from agentkit.runners.local.constrained.tool_grammar import tool_grammar

BATCH = 32
STEP = 5000.0
"""Microseconds of a decode step of a batch of 32: a 14B model in 4 bits on an H200 takes about this."""
CORES = 16
"""Of a machine with such a GPU. The CPU time is divided by them: the rows of a batch are filled side by side."""
TOPICS = "weather city calendar flight hotel currency music recipe stock news mail file task note map train".split()
END = 0


class Vocabulary:
    """Tokens like those of a large vocabulary: bytes, and words and pieces of them from Python's own sources."""

    eos_token_id, bos_token_id, special_token_ids = END, None, (END,)

    def __init__(self, size: int) -> None:
        found = dict.fromkeys([b"<end>", *(bytes([byte]) for byte in range(256))])
        for path in sorted(Path(sysconfig.get_paths()["stdlib"]).rglob("*.py")):
            words = re.findall(rb" ?\w{1,12}|[^\w\s]{1,3}|\s{1,8}", path.read_bytes())
            found |= dict.fromkeys(words)
            if len(found) >= size:
                break
        self.tokens = tuple(found)[:size]
        self._ids = {token: place for place, token in enumerate(self.tokens)}

    def __call__(self, text: str | bytes) -> list[int]:
        left, ids = text.encode() if isinstance(text, str) else text, []
        while left:
            length = next(length for length in range(min(16, len(left)), 0, -1) if left[:length] in self._ids)
            ids.append(self._ids[left[:length]])
            left = left[length:]
        return ids


def tools(count: int) -> tuple[ToolSpec, ...]:
    """Tools with four parameters each."""
    generator = random.Random(count)
    schema = {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "when": {"type": "string", "format": "date"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50},
            "kinds": {"type": "array", "items": {"enum": generator.sample(TOPICS, 5)}, "maxItems": 3},
        },
        "required": ["query"],
    }
    return tuple(ToolSpec(f"find_{TOPICS[n % len(TOPICS)]}_{n}", "Find it.", schema) for n in range(count))


def walk(matcher: Matcher, vocabulary: Vocabulary, text: str) -> tuple[list[float], int, int]:
    """Microseconds of each mask on the way through a text, its tokens, and how many of them were forced."""
    row = np.zeros((len(vocabulary.tokens) + 31) // 32, np.int32)
    times, forced = [], 0
    ids = vocabulary(text)
    left = 0
    for token in ids:
        if left == 0:
            left = len(matcher.forced())
        forced += left > 0
        left = max(0, left - 1)
        start = perf_counter()
        matcher.fill(row)
        times.append((perf_counter() - start) * 1e6)
        matcher.take(token)
    return times, len(ids), forced


def batch(compiler: GrammarCompiler, grammar: str, vocabulary: Vocabulary, texts: list[str]) -> list[float]:
    """CPU microseconds of each call that fills the masks of a batch of answers, from their beginnings to their ends."""
    masks = Masks()
    answers = [vocabulary(text) for text in texts]
    matchers = [compiler.matcher(grammar) for _ in answers]
    bits = np.zeros((len(answers), (len(vocabulary.tokens) + 31) // 32), np.int32)
    times = []
    for step in range(max(map(len, answers))):
        running = [place for place, answer in enumerate(answers) if step < len(answer)]
        start = process_time()
        masks.fill([matchers[place] for place in running], bits[: len(running)])
        times.append((process_time() - start) * 1e6)
        for place in running:
            matchers[place].take(answers[place][step])
    return times


def main() -> None:
    call = '<tool_call>\n{"name": "find_city_1", "arguments": {"query": "cheap places to eat", "when": "2026-11-21"}}'
    reply = f"I will look for that in two places, one after the other.\n{call}\n</tool_call>\n{call}\n</tool_call>"
    calls = [reply.replace("eat", f"eat or sleep {n}") for n in range(BATCH)]
    words = [
        f"I think that number {n} is what you want; it is open, and not far from where you are. " * 5
        for n in range(BATCH)
    ]
    rows = []
    for size in (49_152, 151_646):
        vocabulary = Vocabulary(size)
        start = perf_counter()
        from llguidance import TokenizerWrapper

        compiler = GrammarCompiler(TokenizerWrapper(vocabulary))
        rows.append(Row(f"{size:,} tokens: reading the vocabulary", (perf_counter() - start) * 1e3, "ms"))
        for count in (2, 60):
            name = f"{size:,} tokens, {count} tools"
            start = perf_counter()
            grammar = tool_grammar(tools(count), "auto", HERMES)
            rows.append(Row(f"{name}: the grammar, made and checked", (perf_counter() - start) * 1e3, "ms"))
            start = perf_counter()
            compiler.matcher(grammar.text)
            rows.append(Row(f"{name}: compiled", (perf_counter() - start) * 1e3, "ms"))
            times, length, forced = walk(compiler.matcher(grammar.text), vocabulary, reply)
            rows.append(Row(f"{name}: a mask, median", statistics.median(times), "us"))
            rows.append(Row(f"{name}: a mask, the slowest", max(times), "us"))
            rows.append(Row(f"{name}: forced tokens of {length}", forced))
            for kind, texts in (("text", words), ("calls", calls)):
                filled = batch(compiler, grammar.text, vocabulary, texts)
                each = f"{name}: {BATCH} masks, {kind}"
                rows.append(Row(f"{each}: CPU time, median step", statistics.median(filled), "us"))
                rows.append(Row(f"{each}: CPU time, mean of the answer", statistics.mean(filled), "us"))
                rows.append(Row(f"{each}: the mean on {CORES} cores", statistics.mean(filled) / CORES, "us", STEP / 20))
    follower = Follower(tool_grammar(tools(60), "auto", HERMES).plain)
    start = perf_counter()
    for piece in re.findall(r"\S+\s*", reply):
        follower.take(piece)
    rows.append(Row("following a piece of text", (perf_counter() - start) * 1e6 / len(reply.split()), "us"))
    report(rows)


if __name__ == "__main__":
    main()
