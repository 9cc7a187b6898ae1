"""Masks over the tokens of real vocabularies: a model with random logits writes nothing but what the grammar allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from agentkit.errors import BadRequestError, WeightsError
from agentkit.messages import ToolSpec
from agentkit.runners.local.constrained.call_formats import FORMATS, HERMES, MISTRAL, CallFormat
from agentkit.runners.local.constrained.masks import GrammarCompiler, Masks, Matcher
from agentkit.runners.local.constrained.tool_grammar import output_grammar, tool_grammar
from agentkit.runners.local.constrained.tool_reading import CallReader
from agentkit.runners.local.constrained.values import Bounds
from agentkit.runners.local.grammar import to_gbnf

SMALL = Bounds(text=20, items=3, depth=2, free=1, calls=3)
SIZE = 1024
"""Tokens that the model can write: more than its tokenizer has."""
TOOLS = (
    ToolSpec(
        "get_weather",
        "",
        {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1, "maximum": 16}},
            "required": ["city"],
        },
    ),
    ToolSpec("now", "", {"type": "object", "properties": {}}),
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Byte-level BPE, trained here; the mark of Mistral is a control token, those of Hermes are added ones."""
    found = Tokenizer(models.BPE())
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=["<|end|>", "<|stop|>", "[TOOL_CALLS]"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    texts = ['{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}', "What is the weather? né 日本"] * 50
    found.train_from_iterator(texts, trainer)
    found.add_tokens(["<tool_call>", "</tool_call>", "<think>"])
    return found


@pytest.fixture(scope="module")
def compiler(tokenizer: Tokenizer) -> GrammarCompiler:
    """For that tokenizer; both of its first tokens end an answer."""
    return GrammarCompiler(tokenizer.to_str(), SIZE, [0, 1])


def id_of(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    assert found is not None
    return found


def allowed(matcher: Matcher) -> np.ndarray:
    row = np.full(SIZE // 32, -1, np.int32)
    matcher.fill(row)
    return np.unpackbits(row.view(np.uint8), bitorder="little").astype(bool)


def drawn(matcher: Matcher, seed: int, temperature: float, most: int = 600) -> list[int]:
    """Tokens by random logits under the mask, forced ones without drawing."""
    generator = np.random.default_rng(seed)
    tokens: list[int] = []
    while len(tokens) < most and not matcher.finished:
        for token in matcher.forced():
            assert allowed(matcher)[token]
            matcher.take(token)
            tokens.append(token)
        logits = np.where(allowed(matcher), generator.normal(size=SIZE) * 4, -np.inf)
        token = int(np.argmax(logits + generator.gumbel(size=SIZE) * temperature))
        if token in (0, 1):
            break
        matcher.take(token)
        tokens.append(token)
    return tokens


@pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)
@pytest.mark.parametrize("temperature", [0.0, 1.0, 9.0])
def test_every_call_of_a_random_model_is_valid(
    tokenizer: Tokenizer, compiler: GrammarCompiler, format: CallFormat, temperature: float
) -> None:
    special = {mark: id_of(tokenizer, mark) for mark in format.marks if mark in tokenizer.get_vocab()}
    grammar = tool_grammar(TOOLS, "required", format, special=special, bounds=SMALL)
    schemas = {tool.name: tool.parameters for tool in TOOLS}
    for seed in range(12):
        reader = CallReader(grammar.format, must=True)
        reader.feed(
            tokenizer.decode(drawn(compiler.matcher(grammar.text), seed, temperature), skip_special_tokens=False)
        )
        calls = reader.calls()
        assert calls
        for call in calls:
            jsonschema.validate(json.loads(call.arguments), schemas[call.name])


def test_a_mark_that_is_a_control_token_cannot_be_spelled_in_letters(
    tokenizer: Tokenizer, compiler: GrammarCompiler
) -> None:
    matcher = compiler.matcher(tool_grammar(TOOLS, "required", MISTRAL, special={"[TOOL_CALLS]": 2}).text)
    assert matcher.forced()[0] == 2
    assert np.flatnonzero(allowed(matcher)).tolist() == [2]


def test_added_tokens_that_are_text_may_be_written_in_free_text_and_control_tokens_may_not(
    tokenizer: Tokenizer, compiler: GrammarCompiler
) -> None:
    matcher = compiler.matcher(tool_grammar(TOOLS, "auto", HERMES).text)
    assert allowed(matcher)[id_of(tokenizer, "<think>")]
    assert not allowed(matcher)[id_of(tokenizer, "[TOOL_CALLS]")]
    matcher.take(id_of(tokenizer, "<think>"))
    assert allowed(matcher)[[0, 1]].all()


def test_only_a_whole_text_may_end_and_any_ending_token_ends_it(
    compiler: GrammarCompiler, tokenizer: Tokenizer
) -> None:
    matcher = compiler.matcher('root ::= "ab" "c"?')
    assert not allowed(matcher)[[0, 1]].any()
    for token in tokenizer.encode("ab").ids:
        matcher.take(token)
    assert matcher.whole
    assert not matcher.finished
    assert allowed(matcher)[[0, 1]].all()


def test_what_stands_fixed_is_forced_and_not_drawn(compiler: GrammarCompiler, tokenizer: Tokenizer) -> None:
    mark = id_of(tokenizer, "<tool_call>")
    grammar = tool_grammar(TOOLS, "get_weather", HERMES, special={"<tool_call>": mark})
    matcher = compiler.matcher(grammar.text)
    assert matcher.forced()[0] == mark
    assert tokenizer.decode(matcher.forced()).startswith('<tool_call>\n{"name": "get_weather", "arguments": {"city":')


def test_a_token_that_may_not_come_is_refused_and_ends_the_matcher(
    compiler: GrammarCompiler, tokenizer: Tokenizer
) -> None:
    matcher, other = compiler.matcher('root ::= "ab"'), compiler.matcher('root ::= "ab"')
    with pytest.raises(BadRequestError, match="cannot be followed"):
        matcher.take(id_of(tokenizer, "x"))
    with pytest.raises(BadRequestError, match="cannot be followed"):
        matcher.fill(np.zeros(SIZE // 32, np.int32))
    assert allowed(other).any()


@pytest.mark.parametrize("schema", [{"type": "integer"}, {"type": "object", "properties": {"a": {"enum": ["x", 1]}}}])
@pytest.mark.parametrize("make", [output_grammar, to_gbnf])
def test_a_grammar_may_be_lark_or_gbnf(
    compiler: GrammarCompiler, tokenizer: Tokenizer, schema: Any, make: Callable[[Any], str]
) -> None:
    for seed in range(5):
        text = tokenizer.decode(drawn(compiler.matcher(make(schema)), seed, 1.0), skip_special_tokens=False)
        jsonschema.validate(json.loads(text), schema)


@pytest.mark.parametrize("grammar", ["root ::= ((", "no grammar", "%llguidance {}\nstart: /[", "%llguidance {}\n"])
def test_a_broken_grammar_is_refused(compiler: GrammarCompiler, grammar: str) -> None:
    with pytest.raises(BadRequestError, match="grammar"):
        compiler.matcher(grammar)
    assert allowed(compiler.matcher('root ::= "a"')).any()


@pytest.mark.parametrize("broken", ["{}", "", "[]", '{"model": {"vocab": {}}}'])
def test_a_broken_tokenizer_is_an_error_of_the_weights(broken: str) -> None:
    with pytest.raises(WeightsError, match="tokenizer"):
        GrammarCompiler(broken)


def test_a_batch_is_filled_in_one_call_with_the_masks_of_each(compiler: GrammarCompiler) -> None:
    grammars = [output_grammar({"enum": [word, 5]}) for word in ("a", "b", "c")]
    matchers = [compiler.matcher(grammar) for grammar in grammars]
    bits = np.full((3, SIZE // 32), -1, np.int32)
    Masks(2).fill(matchers, bits)
    for matcher, row in zip(matchers, bits, strict=True):
        assert (np.unpackbits(row.view(np.uint8), bitorder="little").astype(bool) == allowed(matcher)).all()


@pytest.mark.parametrize("special", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        'I will see.\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>',
        '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>',
        "né 日本 😀 <to <tool <tool_ca <<tool x < y <",
        ' ```json\n[ { "names": "x" }, {"name": "now"',
        '{"n": 1, "name": "now"',
        "\n\n[{}]` ``` ok",
    ],
)
def test_masks_that_are_shared_are_those_that_would_be_made(
    compiler: GrammarCompiler, tokenizer: Tokenizer, text: str, special: bool
) -> None:
    ids: dict[str, int] = {"<tool_call>": id_of(tokenizer, "<tool_call>")} if special else {}
    grammar = tool_grammar(TOOLS, "auto", HERMES, special=ids).text
    shared = [compiler.matcher(grammar), compiler.matcher(grammar), compiler.matcher(grammar)]
    alone = Matcher(compiler.matcher(grammar).inner)
    for token in tokenizer.encode(text).ids:
        for each in [token] if token in ids.values() else spelled(tokenizer, token):
            expected = allowed(alone)
            for matcher in shared:
                assert (allowed(matcher) == expected).all()
            assert expected[each]
            for matcher in (alone, *shared):
                matcher.take(each)


def spelled(tokenizer: Tokenizer, token: int) -> list[int]:
    """A mark that is one token, in letters."""
    text = tokenizer.id_to_token(token) or ""
    return (
        [each for letter in text for each in tokenizer.encode(letter).ids] if text.endswith("tool_call>") else [token]
    )
