"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from agentkit.whole_files import write_whole


def test_the_old_text_gives_way_to_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "file"
    write_whole(file, "old")
    write_whole(file, "new")
    assert file.read_text(encoding="utf-8") == "new"
    assert os.listdir(file.parent) == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
def test_what_is_no_file_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    write_whole(pipe, "text")
    reader.join(20)
    assert found == ["text"]
    assert pipe.is_fifo()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no such device")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(OSError, match="No space"):
        write_whole(Path("/dev/full"), "text")
    assert Path("/dev/full").is_char_device()
