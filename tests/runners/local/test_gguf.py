"""The header of a GGUF file: read right, and every damage told as what it is."""

from __future__ import annotations

import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import WeightsError
from agentkit.runners.local.gguf import Header, read_header

FETCH_AGAIN = "Fetch or copy the file again."
CONVERT = "Convert the model again with a current llama.cpp, or name another file."
UINT32, STRING, ARRAY, UINT64 = 4, 8, 9, 10


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def array(kind: int, count: int, values: bytes) -> bytes:
    return struct.pack("<IQ", kind, count) + values


ARCHITECTURE = pair("general.architecture", STRING, text("llama"))
CONTEXT = pair("llama.context_length", UINT32, struct.pack("<I", 512))
NAME = pair("general.name", STRING, text("Tiny \N{SNOWMAN}"))
SCORES = pair("tokenizer.scores", ARRAY, array(6, 3, bytes(12)))
TOKENS = pair("tokenizer.tokens", ARRAY, array(STRING, 2, text("a") + text("bc")))
TEMPLATE = pair("tokenizer.chat_template", STRING, text("{{ messages }}"))
PAIRS = (ARCHITECTURE, CONTEXT, SCORES, TOKENS, NAME, TEMPLATE)


def tensor(name: str, offset: int, dimensions: int = 2) -> bytes:
    shape = struct.pack(f"<{dimensions}Q", *[4] * dimensions)
    return text(name) + struct.pack("<I", dimensions) + shape + struct.pack("<IQ", 0, offset)


def header(*pairs: bytes, version: int = 3, tensors: tuple[bytes, ...] = ()) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(pairs)) + b"".join((*pairs, *tensors))


TENSORS = (tensor("token_embd", 0), tensor("output", 64))
START = header(*PAIRS, tensors=TENSORS)
DATA_AT = -len(START) % 32 + len(START)
WHOLE = START.ljust(DATA_AT + 64 + 64, b"\0")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Path]:
    """Write a file, over the one before."""
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"

    def written(content: bytes) -> Path:
        path.write_bytes(content)
        return path

    return written


def broken(path: Path, hint: str = FETCH_AGAIN) -> str:
    """What is said of a file that cannot be read: it names the file and the next step."""
    with pytest.raises(WeightsError) as caught:
        read_header(path)
    assert repr(str(path)) in caught.value.message
    assert caught.value.hint == hint
    return caught.value.message


def test_the_embedded_model_is_what_it_says(weights: Path) -> None:
    found = read_header(weights)
    assert found.architecture == "llama"
    assert found.context == 8192
    assert found.metadata["general.name"] == "Smollm2 135M 8k Lc100K Mix1 Ep2"
    assert found.metadata["general.license"] == "apache-2.0"
    assert found.metadata["llama.block_count"] == 30
    assert found.metadata["llama.attention.layer_norm_rms_epsilon"] == pytest.approx(1e-5)
    assert found.metadata["tokenizer.ggml.add_bos_token"] is False
    assert found.metadata["llama.vocab_size"] == 49152
    assert found.template.startswith("{% for message in messages %}")
    assert found.metadata["tokenizer.ggml.tokens"] is None


def test_the_embedded_models_last_tensor_starts_shortly_before_its_end(weights: Path) -> None:
    """Its last tensor is the norm of the output: 576 numbers of 4 bytes."""
    assert weights.stat().st_size - read_header(weights).least_size == 576 * 4


def test_pairs_of_every_kind_are_read(file: Callable[[bytes], Path]) -> None:
    layouts = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
    pairs = [pair(f"x.{kind}", kind, struct.pack(f"<{layout}", 1)) for kind, layout in layouts.items()]
    found = read_header(file(header(*pairs).ljust(1024, b"\0"))).metadata
    assert found == {f"x.{kind}": 1 for kind in layouts}
    assert found["x.7"] is True


def test_what_stands_behind_an_array_is_read(file: Callable[[bytes], Path]) -> None:
    found = read_header(file(WHOLE))
    assert found.metadata["general.name"] == "Tiny \N{SNOWMAN}"
    assert (found.architecture, found.context, found.template) == ("llama", 512, "{{ messages }}")


def test_the_last_tensor_starts_where_the_alignment_has_it(file: Callable[[bytes], Path]) -> None:
    assert read_header(file(WHOLE)).least_size == DATA_AT + 64
    aligned = header(pair("general.alignment", UINT32, struct.pack("<I", 512)), tensors=TENSORS)
    assert read_header(file(aligned.ljust(1024, b"\0"))).least_size == 512 + 64


def test_version_2_is_read(file: Callable[[bytes], Path]) -> None:
    assert read_header(file(header(*PAIRS, version=2).ljust(1024, b"\0"))).architecture == "llama"


def test_what_a_header_does_not_have_is_empty() -> None:
    bare = Header({}, 0)
    assert (bare.architecture, bare.context, bare.template) == ("", None, "")


def test_a_text_that_is_no_utf8_does_no_harm(file: Callable[[bytes], Path]) -> None:
    odd = pair("general.name", STRING, struct.pack("<Q", 2) + b"\xff\xfe")
    assert read_header(file(header(odd).ljust(256, b"\0"))).metadata["general.name"] == "\ufffd\ufffd"


def test_a_file_of_another_kind_is_named_with_how_it_starts(file: Callable[[bytes], Path]) -> None:
    message = broken(file(b"PK\x03\x04 a zip"), "Convert the model to GGUF, or name another file.")
    assert message.endswith("is not a GGUF file: it starts with b'PK\\x03\\x04'.")


def test_an_empty_file_is_told(file: Callable[[bytes], Path]) -> None:
    assert "is not a GGUF file: it starts with b''" in broken(
        file(b""), "Convert the model to GGUF, or name another file."
    )


@pytest.mark.parametrize("cut", range(4, len(START)))
def test_a_header_that_is_cut_anywhere_is_told(cut: int, file: Callable[[bytes], Path]) -> None:
    assert broken(file(WHOLE[:cut])).endswith("is broken: its header is cut short or damaged.")


@pytest.mark.parametrize("cut", range(len(START), DATA_AT + 65))
def test_data_that_are_cut_before_the_last_tensor_are_told(cut: int, file: Callable[[bytes], Path]) -> None:
    assert broken(file(WHOLE[:cut])).endswith(f"it has {cut:,} bytes, and its last tensor starts at {DATA_AT + 64:,}.")


@pytest.mark.parametrize("part", [5, 100, 10_000, 1_000_000, 10_000_000])
def test_the_embedded_model_cut_short_is_told(part: int, weights: Path, file: Callable[[bytes], Path]) -> None:
    with weights.open("rb") as whole:
        assert "is broken" in broken(file(whole.read(part)))


@pytest.mark.parametrize(
    ("version", "what"),
    [(0, "version 0"), (1, "version 1"), (4, "version 4"), (3 << 24, "big-endian"), (2 << 24, "big-endian")],
)
def test_another_version_is_named(version: int, what: str, file: Callable[[bytes], Path]) -> None:
    assert f"is a GGUF file of another kind: {what}, not" in broken(file(header(*PAIRS, version=version)), CONVERT)


@pytest.mark.parametrize(
    "pairs",
    [
        (pair("x", 13, bytes(8)),),
        (pair("x", ARRAY, array(13, 0, b"")),),
        (pair("x", ARRAY, array(ARRAY, 1, array(UINT32, 1, bytes(4)))),),
        (pair("x", ARRAY, array(ARRAY, 1, b"") * 5000),),
        (pair("general.alignment", UINT32, bytes(4)),),
        (pair("general.alignment", 5, struct.pack("<i", -32)),),
        (pair("general.alignment", 6, struct.pack("<f", float("nan"))),),
        (pair("general.alignment", STRING, text("many")),),
    ],
    ids=["kind", "kind of array", "array of arrays", "deep arrays", "alignment 0", "below 0", "nan", "text"],
)
def test_values_that_no_header_has_are_told(pairs: tuple[bytes, ...], file: Callable[[bytes], Path]) -> None:
    assert "damaged" in broken(file(header(*pairs, tensors=TENSORS).ljust(4096, b"\0")))


@pytest.mark.parametrize("length", [2**20, 2**28, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
@pytest.mark.parametrize(
    "lie",
    [
        lambda length: b"GGUF" + struct.pack("<IQQ", 3, length, 0),
        lambda length: header(struct.pack("<Q", length)),
        lambda length: header(pair("x", STRING, struct.pack("<Q", length))),
        lambda length: header(pair("x", ARRAY, array(UINT64, length, b""))),
        lambda length: header(pair("x", ARRAY, array(STRING, length, struct.pack("<Q", length)))),
        lambda length: header(tensors=(text("x") + struct.pack("<I", length & 0xFFFFFFFF or 2**31),)),
        lambda length: header(tensors=(tensor("x", length),)),
    ],
    ids=["tensors", "key", "text", "array", "texts", "dimensions", "offset"],
)
def test_a_length_that_lies_is_told_without_reserving_memory(
    length: int, lie: Callable[[int], bytes], file: Callable[[bytes], Path]
) -> None:
    path = file(lie(length).ljust(256, b"\xff"))
    tracemalloc.start()
    try:
        broken(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "lie",
    [
        header(pair("x", STRING, struct.pack("<Q", 2**30))),
        header(tensors=(text("x") + struct.pack("<I", 2**27),)),
    ],
    ids=["text", "dimensions"],
)
def test_a_length_that_lies_within_a_big_file_is_told_without_reserving_memory(lie: bytes, tmp_path: Path) -> None:
    path = tmp_path / "big.gguf"
    path.write_bytes(lie)
    os.truncate(path, 2**31)
    tracemalloc.start()
    try:
        broken(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def read_or_told(path: Path) -> str | None:
    """The next step of the error, None where a header was read."""
    try:
        read_header(path)
    except WeightsError as error:
        return error.hint
    return None


@given(st.binary(max_size=200))
def test_whatever_follows_the_magic_is_a_header_or_told(file: Callable[[bytes], Path], rest: bytes) -> None:
    assert read_or_told(file(b"GGUF\x03\0\0\0" + rest)) in (None, FETCH_AGAIN)


@given(st.data())
def test_a_header_with_other_bytes_in_it_is_a_header_or_told(
    file: Callable[[bytes], Path], data: st.DataObject
) -> None:
    changed = bytearray(WHOLE)
    for at in data.draw(st.lists(st.integers(4, len(START) - 1), min_size=1, max_size=4)):
        changed[at] = data.draw(st.integers(0, 255))
    assert read_or_told(file(bytes(changed))) in (None, FETCH_AGAIN, CONVERT)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert broken(tmp_path / "none.gguf", "Name a GGUF file.").startswith("there is no weight file ")


def test_a_folder_is_told(tmp_path: Path) -> None:
    assert broken(tmp_path, "Name a GGUF file.").startswith("there is no weight file ")


def test_a_file_in_place_of_a_folder_is_told(file: Callable[[bytes], Path]) -> None:
    path = file(WHOLE) / "model.gguf"
    assert "cannot be read: Not a directory" in broken(path, "Make it readable, or name another file.")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(WHOLE)
    path.chmod(0)
    assert "cannot be read: Permission denied" in broken(path, "Make it readable, or name another file.")


VOCABULARY = pair("tokenizer.ggml.tokens", ARRAY, array(STRING, 3, text("<unk>") + text("<s>") + text("</s>")))


def index_of(key: str, index: int) -> bytes:
    return pair(f"tokenizer.ggml.{key}_token_id", UINT32, struct.pack("<I", index))


@pytest.mark.parametrize(
    ("pairs", "special"),
    [
        ((VOCABULARY, index_of("bos", 1), index_of("eos", 2)), {"bos_token": "<s>", "eos_token": "</s>"}),
        ((index_of("eos", 2), VOCABULARY), {"eos_token": "</s>"}),
        ((VOCABULARY, index_of("bos", 3)), {}),
        ((index_of("bos", 1),), {}),
        ((pair("tokenizer.ggml.tokens", ARRAY, array(UINT32, 1, bytes(4))), index_of("bos", 0)), {}),
    ],
)
def test_the_special_tokens_are_told_by_their_texts(
    file: Callable[[bytes], Path], pairs: tuple[bytes, ...], special: dict[str, str]
) -> None:
    found = read_header(file(header(ARCHITECTURE, *pairs, TEMPLATE).ljust(512, b"\0")))
    assert found.special == special
    assert found.template == "{{ messages }}"
