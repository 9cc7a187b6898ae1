"""A chat on disk."""

from __future__ import annotations

import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentkit import Message, ToolCall
from agentkit.cli.session import Session, default_path

texts = st.text(st.characters(codec=None))
messages = st.lists(
    st.builds(lambda text: Message("user", text), texts)
    | st.builds(lambda name, text: Message("assistant", "", (ToolCall("abcdefghi", name, text),)), texts, texts)
    | st.builds(lambda text: Message("tool", text, tool_call_id="abcdefghi", name="x"), texts)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages)
def test_what_is_saved_is_loaded(tmp_path: Path, saved: list[Message]) -> None:
    session = Session(tmp_path / "chat.json")
    session.save(saved)
    assert session.load() == saved


def test_without_a_file_there_is_no_history(tmp_path: Path) -> None:
    assert Session(tmp_path / "none.json").load() == []


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_the_user_may_read_it(tmp_path: Path) -> None:
    Session(tmp_path / "deep" / "chat.json").save([])
    assert stat.S_IMODE((tmp_path / "deep" / "chat.json").stat().st_mode) == 0o600


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    session = Session(tmp_path / "chat.json")
    old, new = [Message("user", "x" * 200_000)], [Message("user", "y" * 400_000)]
    session.save(old)
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            session.save(new)
            session.save(old)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(100):
            assert session.load() in (old, new)
    finally:
        done.set()
        thread.join()
    assert [path.name for path in tmp_path.iterdir()] == ["chat.json"]


def test_the_place_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENTKIT_STATE", str(tmp_path))
    assert default_path() == tmp_path / "chat.json"
    monkeypatch.delenv("AGENTKIT_STATE")
    assert default_path().name == "chat.json"
