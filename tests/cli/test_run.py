"""`agentkit run` with pipes: what goes where, in which form, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def eventually(fact: Callable[[], bool]) -> bool:
    """Whether something becomes true in due time."""
    end = time.monotonic() + 20
    while not fact() and time.monotonic() < end:
        time.sleep(0.02)
    return fact()


def alive(process: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_answer_alone_goes_to_stdout(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "-m", sample("sums"), "-t", sample("add"), "What is it?")
    assert (ended.returncode, ended.stdout) == (0, "It is 3, and 9.\n")


def test_calls_results_and_asides_go_to_stderr(agentkit: Run, sample: Sample) -> None:
    notes = agentkit("run", "-m", sample("sums"), "-t", sample("add"), "What is it?").stderr
    for text in ("Let me see.", "add(a=1, b=2)", "add: 3", "add: 9", "2 turns", "scripted"):
        assert text in notes
    assert "\x1b" not in notes


def test_progress_is_shown(agentkit: Run, sample: Sample) -> None:
    notes = agentkit("run", "-m", sample("counts"), "-t", sample("count"), "Count").stderr
    assert [line.strip() for line in notes.splitlines()[1:4]] == ["at 1 of 3", "at 2 of 3", "at 3 of 3"]


def test_quiet_says_the_answer_only(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "-q", "-m", sample("sums"), "-t", sample("add"), "What is it?")
    assert (ended.stdout, ended.stderr) == ("It is 3, and 9.\n", "")


def test_json_is_one_object_with_everything(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "--json", "-m", sample("sums"), "-t", sample("add"), "What is it?")
    record = json.loads(ended.stdout)
    assert ended.stderr == ""
    assert (record["response"], record["stop_reason"], record["turns"]) == ("It is 3, and 9.", "final", 2)
    assert (record["model"], record["engine"]) == ("scripted", "script")
    assert record["usage"]["requests"] == 2
    assert [message["role"] for message in record["messages"]] == ["user", "assistant", "tool", "tool", "assistant"]


def test_events_are_lines_of_json_and_the_result_is_the_last(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "--events", "-m", sample("sums"), "-t", sample("add"), "What is it?")
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    names = [record["event"] for record in records]
    assert names[0] == "turn_started"
    assert names.count("tool_started") == names.count("tool_finished") == 2
    assert names[-1] == "run_finished"
    assert records[-1]["result"]["response"] == "It is 3, and 9."
    assert "".join(record["text"] for record in records if record["event"] == "text_delta").endswith("It is 3, and 9.")


@pytest.mark.parametrize(
    ("words", "stdin", "prompt"),
    [
        (["What", "is", "it?"], "ignored", "What is it?"),
        ([], "from a pipe\n", "from a pipe"),
        (["-"], "from a pipe\n", "from a pipe"),
        (["Summarise this:", "-"], "the text\n", "Summarise this: \n\nthe text"),
    ],
)
def test_the_question_comes_from_arguments_and_pipes(
    agentkit: Run, sample: Sample, words: list[str], stdin: str, prompt: str
) -> None:
    ended = agentkit("run", "-m", sample("echo"), *words, stdin=stdin)
    assert ended.stdout.startswith(repr(prompt))


def test_a_question_of_ten_megabytes_arrives(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "--json", "-m", sample("plain"), stdin="word " * 2_000_000)
    assert len(json.loads(ended.stdout)["messages"][0]["content"]) == 9_999_999


def test_a_question_that_is_no_text_arrives_as_far_as_it_is(agentkit: Run, sample: Sample) -> None:
    assert agentkit("run", "-m", sample("echo"), stdin=b"a\xffb").stdout.startswith("'a�b'")


def test_options_reach_the_model(agentkit: Run, sample: Sample) -> None:
    options = "--max-tokens 7 --temperature 0.5 --top-p 1 --top-k 3 --seed 4 --repetition-penalty 1.5"
    more = "--frequency-penalty -1 --presence-penalty 2 --stop END --stop STOP -s Rhyme."
    answer = agentkit("run", "-m", sample("echo"), *options.split(), *more.split(), "Hi").stdout
    assert answer == (
        "'Hi' {'max_tokens': 7, 'temperature': 0.5, 'top_p': 1.0, 'top_k': 3, 'seed': 4, 'repetition_penalty': 1.5, "
        "'frequency_penalty': -1.0, 'presence_penalty': 2.0, 'stop': ('END', 'STOP')} ['Rhyme.'] 2\n"
    )


def test_the_runner_may_come_from_the_environment(agentkit: Run, sample: Sample) -> None:
    assert agentkit("run", "Hi", AGENTKIT_RUNNER=sample("plain")).stdout == "Hello there.\n"


def test_no_control_character_of_model_or_tool_reaches_a_terminal(agentkit: Run, sample: Sample) -> None:
    tools = ("-t", sample("binary"), "-t", sample("add"))
    ended = agentkit("run", "-m", sample("dirty"), *tools, "Hi")
    assert not set(ended.stderr) & set("\x1b\x07\x9b\u202e")
    assert r"\x1b]0;renamed\x07" in ended.stderr
    assert "[bold]not markup[/bold]" in ended.stderr
    record = agentkit("run", "--json", "-m", sample("dirty"), *tools, "Hi").stdout
    assert not set(record) & set("\x1b\x07\x9b\u202e")
    assert json.loads(record)["response"] == "\x1b]0;title\x07plain [bold]text[/bold]\x9b2J"


def test_a_long_result_is_shortened(agentkit: Run, sample: Sample) -> None:
    notes = agentkit("run", "-m", sample("longs"), "-t", sample("long"), "Hi").stderr
    assert "… 43 more lines" in notes
    assert len(notes.splitlines()) < 15


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["run", "--nope"], 2, "No such option"),
        (["run", "--max-turns", "many", "Hi"], 2, "valid integer"),
        (["run"], 2, "question is empty"),
        (["bogus"], 2, "No such command"),
        (["run", "-m", "bogus", "Hi"], 3, "unknown runner 'bogus'"),
        (["run", "-m", "{broken}", "Hi"], 3, "this runner cannot be made. Make another."),
        (["run", "-m", "{refused}", "Hi"], 3, "the token was refused. Make a new one."),
        (["run", "-m", "{not_a_tool}", "Hi"], 3, "is no runner"),
        (["run", "-m", "{plain}", "--base-url", "http://x", "Hi"], 3, "takes no options, but got base_url"),
        (["run", "-m", "{plain}", "--temperature", "9", "Hi"], 3, "temperature=9.0 is outside 0 to 5"),
        (["run", "-m", "{plain}", "--max-turns", "0", "Hi"], 3, "max_turns=0 must be at least 1"),
        (["run", "-m", "{overloaded}", "-t", "{add}", "Hi"], 4, "no capacity. Wait a minute."),
        (["run", "-m", "{sums}", "Hi"], 4, "offers no tools"),
        (["run", "-m", "{buggy}", "Hi"], 1, "ZeroDivisionError: in the runner. This is a bug in agentkit"),
    ],
)
def test_an_error_is_one_line_and_a_code(
    agentkit: Run, sample: Sample, arguments: list[str], code: int, message: str
) -> None:
    ended = agentkit(*(sample(word[1:-1]) if word.startswith("{") else word for word in arguments))
    error = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    assert (ended.returncode, ended.stdout, len(error)) == (code, "", 1)
    assert message in error[0]
    assert ended.stderr.rstrip().endswith(error[0])


def test_an_error_as_json_carries_what_was_done_so_far(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "--json", "-m", sample("overloaded"), "-t", sample("add"), "Hi")
    record = json.loads(ended.stdout)
    assert record["error"]["type"] == "OverloadedError"
    assert record["error"]["hint"] == "Wait a minute."
    assert record["partial"]["messages"][2]["content"] == "3"
    assert ended.returncode == 4


@pytest.mark.parametrize("switch", [["--debug"], []])
def test_debug_shows_where_an_error_comes_from(agentkit: Run, sample: Sample, switch: list[str]) -> None:
    if switch:
        ended = agentkit("run", "-m", sample("refused"), "Hi", *switch)
        assert "Traceback" in ended.stderr
    else:
        with pytest.raises(AssertionError, match="Traceback"):
            agentkit("run", "-m", sample("refused"), "Hi", AGENTKIT_DEBUG="1")


@pytest.mark.parametrize(
    ("options", "reason"), [(["--max-turns", "2"], "limit on turns"), (["--deadline", "0.5"], "time was up")]
)
def test_a_limit_is_told_and_has_a_code(agentkit: Run, sample: Sample, options: list[str], reason: str) -> None:
    model = "forever" if "--max-turns" in options else "slow"
    ended = agentkit("run", "-m", sample(model), "-t", sample("add"), *options, "Hi")
    assert ended.returncode == 5
    assert reason in ended.stderr
    assert ended.stdout == ("I give up.\n" if model == "forever" else "")


@posix
def test_ctrl_c_keeps_what_was_done(started: Callable[..., subprocess.Popen[str]], sample: Sample) -> None:
    process = started("run", "--events", "-m", sample("naps"), "-t", sample("add"), "-t", sample("nap"), "Hi")
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or '"event": "tool_started"' not in lines[-1] or '"nap"' not in lines[-1]:
        lines.append(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    result = json.loads(out.splitlines()[-1])["result"]
    assert process.returncode == 130
    assert result["stop_reason"] == "cancelled"
    assert next(message["content"] for message in result["messages"] if message["role"] == "tool") == "42"
    assert "Traceback" not in err


@posix
def test_ctrl_c_ends_a_tool_that_cannot_be_stopped(
    started: Callable[..., subprocess.Popen[str]], sample: Sample
) -> None:
    process = started("run", "--events", "-m", sample("hangs"), "-t", sample("hang"), "Hi")
    assert process.stdout is not None
    while '"event": "tool_started"' not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, "Traceback" in err) == (130, False)


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_ends_the_commands_of_tools(
    started: Callable[..., subprocess.Popen[str]], sample: Sample, tmp_path: Path, number: signal.Signals
) -> None:
    process = started("run", "-m", sample("shells"), "-t", "shell,allow", "Hi")
    pid = tmp_path / "pid"
    assert eventually(lambda: pid.is_file() and pid.read_text().endswith("\n"))
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert "Traceback" not in err
    assert eventually(lambda: not alive(int(pid.read_text())))


@posix
def test_a_reader_that_leaves_is_no_error(environment: dict[str, str], sample: Sample, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("agentkit")
    command = f'"{program}" run --events -m "{sample("forever")}" -t "{sample("add")}" --max-turns 400 Hi | head -1'
    ended = subprocess.run(
        command, shell=True, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=60
    )
    assert json.loads(ended.stdout)["event"] == "turn_started"
    assert "Traceback" not in ended.stderr
    assert "error" not in ended.stderr


def test_tools_that_behave_badly_do_not_end_the_run(agentkit: Run, sample: Sample) -> None:
    tools = [word for name in ("fail", "odd", "huge") for word in ("-t", sample(name))]
    ended = agentkit("run", "-m", sample("oddities"), *tools, "Hi")
    assert (ended.returncode, ended.stdout) == (0, "Still here.\n")
    assert "RuntimeError: the password is hunter2" in ended.stderr, "the person at the terminal may know"
    assert len(ended.stderr) < 10_000
    record = json.loads(agentkit("run", "--json", "-m", sample("oddities"), *tools, "Hi").stdout)
    told = {message["name"]: message["content"] for message in record["messages"] if message["role"] == "tool"}
    assert "RuntimeError" in told["fail"]
    assert "hunter2" not in told["fail"]
    assert len(told["huge"]) < 100_000


@pytest.mark.parametrize("form", [[], ["--json"], ["--events"]])
def test_what_tools_print_is_kept_apart_from_the_answer(agentkit: Run, sample: Sample, form: list[str]) -> None:
    tools = [word for name in ("fail", "odd", "huge") for word in ("-t", sample(name))]
    ended = agentkit("run", "-m", sample("oddities"), *form, *tools, "Hi")
    assert "printed by a tool" in ended.stderr
    assert "printed by a tool" not in ended.stdout
    assert "Still here." in ended.stdout


def test_a_terminal_without_unicode_gets_escapes(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "-m", sample("echo"), "Grüße ✓", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.returncode == 0
    assert r"Gr\xfc\xdfe \u2713" in ended.stdout
    ended = agentkit("run", "--json", "-m", sample("echo"), "Grüße ✓", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert json.loads(ended.stdout)["messages"][0]["content"] == "Grüße ✓"
