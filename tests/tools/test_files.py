"""The file tools: everything below the root, nothing outside of it."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentkit import ToolError
from agentkit.tools.files import LARGEST_FILE, LONGEST_LIST, Files

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that must not be reached."""
    path = tmp_path / "secret.txt"
    path.write_text("the secret")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "intro.md").write_text("Hello\nTODO: write\n")
    (root / "readme.md").write_text("one\ntwo\nthree\n")
    return root


@pytest.fixture
def files(root: Path) -> Files:
    return Files(root, write=True)


def test_a_folder_is_listed_with_sizes(files: Files) -> None:
    assert files.list_files() == "docs/\nreadme.md  14 bytes"
    assert files.list_files("docs", "*.md") == "docs/intro.md  18 bytes"


def test_a_deep_list_has_what_is_below(files: Files) -> None:
    assert files.list_files(pattern="*.md", deep=True).splitlines() == [
        "readme.md  14 bytes",
        "docs/intro.md  18 bytes",
    ]


def test_a_long_list_says_that_it_is_cut(root: Path, files: Files) -> None:
    for number in range(LONGEST_LIST + 1):
        (root / f"{number}.txt").touch()
    assert "only the first" in files.list_files().splitlines()[-1]


def test_a_file_is_read_in_parts(files: Files) -> None:
    assert files.read_file("readme.md") == "one\ntwo\nthree"
    assert files.read_file("readme.md", 2, 1) == "two\n(lines 2 to 2 of 3; go on with first_line=3)"
    assert files.read_file("readme.md", 99) == "The file has 3 lines."


def test_text_is_found_with_file_and_line(files: Files) -> None:
    assert files.find_text("todo") == "docs/intro.md:2: TODO: write"
    assert files.find_text("todo", pattern="*.txt") == "No file has the text 'todo'."


def test_a_file_is_written_with_its_folders(root: Path, files: Files) -> None:
    assert files.write_file("notes/2026/today.md", "ünï") == "Wrote 5 bytes to notes/2026/today.md."
    assert (root / "notes/2026/today.md").read_text("utf-8") == "ünï"


def test_a_file_is_replaced_only_when_asked(root: Path, files: Files) -> None:
    with pytest.raises(ToolError, match="exists"):
        files.write_file("readme.md", "new")
    (root / "readme.md").chmod(0o640)
    files.write_file("readme.md", "new", overwrite=True)
    assert (root / "readme.md").read_text() == "new"
    assert stat.S_IMODE((root / "readme.md").stat().st_mode) == 0o640 or sys.platform == "win32"
    assert sorted(path.name for path in root.iterdir()) == ["docs", "readme.md"]


def test_writing_is_offered_only_when_asked_for(root: Path) -> None:
    reading = {"list_files", "read_file", "find_text"}
    assert {tool.name for tool in Files(root).tools()} == reading
    assert {tool.name for tool in Files(root, write=True).tools()} == reading | {"write_file"}


def test_writing_can_be_had_with_approval_only(root: Path) -> None:
    assert [tool.name for tool in Files(root, write="ask").tools() if tool.approve] == ["write_file"]
    assert not any(tool.approve for tool in Files(root, write=True).tools())


@pytest.mark.parametrize("path", ["../secret.txt", "docs/../../secret.txt", "/etc/hosts", "..", "docs/../.."])
def test_no_path_leads_out(files: Files, outside: Path, path: str) -> None:
    for use in (files.read_file, files.list_files, lambda where: files.write_file(where, "x", overwrite=True)):
        with pytest.raises(ToolError):
            use(path)
    with pytest.raises(ToolError, match="outside"):
        files.read_file(str(outside))
    assert outside.read_text() == "the secret"


@posix
def test_no_link_leads_out(root: Path, files: Files, outside: Path) -> None:
    (root / "file-link").symlink_to(outside)
    (root / "folder-link").symlink_to(outside.parent)
    (root / "docs" / "chain").symlink_to("../folder-link")
    for path in ("file-link", "folder-link/secret.txt", "docs/chain/secret.txt"):
        with pytest.raises(ToolError, match="outside"):
            files.read_file(path)
        with pytest.raises(ToolError, match="outside"):
            files.write_file(path, "x", overwrite=True)
    assert "the secret" not in files.find_text("secret")
    assert outside.read_text() == "the secret"


@posix
def test_a_link_inside_is_followed(root: Path, files: Files) -> None:
    (root / "link.md").symlink_to("docs/intro.md")
    assert files.read_file("link.md").startswith("Hello")


@posix
def test_a_link_that_is_swapped_in_leads_nowhere(root: Path, files: Files, outside: Path) -> None:
    """A folder becomes a link to the outside, and a folder again, while it is read."""
    real, link, place = root / "real", root / "link", root / "swap"
    real.mkdir()
    (real / "secret.txt").write_text("inside")
    link.symlink_to(outside.parent)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            os.rename(real, place)
            os.rename(place, real)
            os.rename(link, place)
            os.rename(place, link)

    thread = threading.Thread(target=swap)
    thread.start()
    seen: set[str] = set()
    try:
        for _ in range(2000):
            try:
                seen.add(files.read_file("swap/secret.txt"))
            except ToolError:
                seen.add("refused")
    finally:
        done.set()
        thread.join()
    assert "the secret" not in seen
    assert "refused" in seen


@posix
def test_a_pipe_does_not_block(root: Path, files: Files) -> None:
    os.mkfifo(root / "pipe")
    with pytest.raises(ToolError, match="not a regular file"):
        files.read_file("pipe")


@posix
def test_a_circle_of_links_is_told(root: Path, files: Files) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(ToolError):
        files.read_file("loop")


@pytest.mark.parametrize("path", [".env", "docs/.hidden/x", ".git/config"])
def test_hidden_files_are_off_limits(root: Path, files: Files, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("TODO hidden")
    with pytest.raises(ToolError, match="hidden"):
        files.read_file(path)
    assert "hidden" not in files.list_files(deep=True)
    assert "hidden" not in files.find_text("todo")
    assert Files(root, hidden=True).read_file(path) == "TODO hidden"


def test_a_root_below_a_hidden_folder_works(tmp_path: Path) -> None:
    (tmp_path / ".config" / "app").mkdir(parents=True)
    (tmp_path / ".config" / "app" / "a.txt").write_text("TODO")
    assert Files(tmp_path / ".config" / "app").find_text("todo") == "a.txt:1: TODO"


@pytest.mark.parametrize(
    "data", [bytes(range(256)), b"\x7fELF\x02\x01\x01" + bytes(40), b"\x89PNG\r\n\x1a\n" + bytes(20)]
)
def test_a_binary_file_is_refused(root: Path, files: Files, data: bytes) -> None:
    (root / "binary").write_bytes(data)
    with pytest.raises(ToolError, match="not a text file"):
        files.read_file("binary")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_read(root: Path, files: Files, encoding: str) -> None:
    (root / "text").write_bytes("Café – TODO".encode(encoding))
    assert files.read_file("text") == "Café – TODO"


def test_a_file_that_is_too_large_is_refused(root: Path, files: Files) -> None:
    with (root / "large").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(ToolError, match=r"10,000,001 bytes"):
        files.read_file("large")
    with pytest.raises(ToolError, match="at most"):
        files.write_file("larger", "x" * (LARGEST_FILE + 1))


@pytest.mark.parametrize("path", ["nothing", "docs", "readme.md/x", "nul\0byte", "n" * 5000, "."])
def test_what_cannot_be_read_is_told(files: Files, path: str) -> None:
    with pytest.raises(ToolError):
        files.read_file(path)


def test_a_root_that_is_no_folder_is_refused(root: Path) -> None:
    with pytest.raises(ValueError, match="not a folder"):
        Files(root / "readme.md")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab./\\~\0 ", max_size=20))
def test_any_path_is_read_inside_or_refused(files: Files, outside: Path, path: str) -> None:
    try:
        text = files.read_file(path)
    except ToolError:
        return
    assert text != "the secret"
