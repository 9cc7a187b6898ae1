"""Asking, watching, stopping, and what the page remembers."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.errors import ContextOverflowError, OverloadedError
from agentkit.messages import Usage
from agentkit.runners.scripted import Reply, Scripted
from agentkit.server.models import Served
from agentkit.wire.serving.card import Card


def answers(page: Any) -> list[str]:
    """The texts of the model."""
    found: list[str] = page.locator(".assistant .text").all_inner_texts()
    return found


def test_the_answer_is_shown_while_it_is_written(open_page: Any, gated: Any, until: Any) -> None:
    page = open_page(gated)
    page.fill("#prompt", "Count.")
    page.click("#send")
    until("document.querySelector('.assistant .text')?.innerText.trim() === 'One two'")
    assert page.locator(".assistant .text").get_attribute("aria-busy") == "true"
    gated.gate.set()
    until("document.querySelector('.assistant .text').innerText === 'One two three.'")
    until("document.querySelector('#spoken').textContent === 'The model says: One two three.'")
    assert page.locator(".assistant .text").get_attribute("aria-busy") == "false"


@pytest.mark.parametrize("how", ["button", "key"])
def test_stopping_ends_the_generation_on_the_server_and_keeps_what_was_said(
    open_page: Any, gated: Any, how: str, until: Any
) -> None:
    page = open_page(gated)
    page.fill("#prompt", "Count.")
    page.press("#prompt", "Enter")
    until("document.querySelector('.assistant .text')?.innerText.trim() === 'One two'")
    page.click("#stop") if how == "button" else page.keyboard.press("Escape")
    page.wait_for_selector(".note:has-text('Stopped')")
    assert gated.left.wait(10)
    assert answers(page) == ["One two"]
    gated.gate.set()
    page.fill("#prompt", "Go on.")
    page.press("#prompt", "Enter")
    until("document.querySelectorAll('.assistant .text').length === 2 && !document.querySelector('.writing')")
    assert [message.content for message in gated.requests[1].messages] == ["Count.", "One two ", "Go on."]


def test_keys_send_and_break_lines(open_page: Any) -> None:
    script = Scripted(["Yes."])
    page = open_page(script)
    page.click("#prompt")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".assistant .text")
    assert script.requests[0].messages[-1].content == "one\ntwo"


def test_text_of_the_model_never_becomes_markup(open_page: Any, ask: Any) -> None:
    evil = (
        "<img src=x onerror=\"document.title='gone'\"> **bold** [link](javascript:alert(1)) <script>alert(1)</script>"
    )
    page = open_page(Scripted([evil]))
    ask(evil)
    for box in (".assistant .text", ".bubble"):
        assert page.locator(f"{box} img, {box} script, {box} a").count() == 0
        assert "<img src=x" in page.locator(box).inner_text()
    assert page.locator(".assistant strong").inner_text() == "bold"
    assert "playground" in page.title()


def test_markdown_is_laid_out(open_page: Any, ask: Any) -> None:
    text = "# Title\n\n1. a\n2. b\n   - `c`\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```py\nprint(1)\n```\n\n> said\n\nhttps://example.com."
    page = open_page(Scripted([text]))
    ask("Show.")
    box = page.locator(".assistant .text")
    assert [box.locator(name).count() for name in ("h3", "ol > li", "ul > li > code", "td", "blockquote")] == [
        1,
        2,
        1,
        2,
        1,
    ]
    assert box.locator(".snippet code").inner_text() == "print(1)"
    assert box.locator("a").get_attribute("href") == "https://example.com"
    assert box.locator("a").get_attribute("rel") == "noopener noreferrer nofollow"


@pytest.mark.parametrize("text", ["> " * 3000 + "deep", "**a " * 3000, "- " * 3000, "`" * 9000])
def test_no_text_is_too_much_for_the_page(open_page: Any, ask: Any, text: str) -> None:
    page = open_page(Scripted([text, "Fine."]))
    ask("Go mad.")
    ask("And now?")
    assert answers(page)[-1] == "Fine."


def test_the_last_answer_can_be_asked_for_again(open_page: Any, ask: Any, until: Any) -> None:
    script = Scripted(["First.", "Second."])
    page = open_page(script)
    ask("Hello.")
    page.click("button:has-text('Retry')")
    until("document.querySelector('.assistant .text')?.innerText === 'Second.'")
    assert len(answers(page)) == 1
    assert script.requests[0].messages == script.requests[1].messages


def test_a_question_can_be_changed(open_page: Any, ask: Any) -> None:
    script = Scripted(["A.", "B."])
    page = open_page(script)
    ask("Hello.")
    page.hover(".bubble")
    page.click("button:has-text('Edit')")
    assert page.input_value("#prompt") == "Hello."
    ask("Goodbye.")
    assert [message.content for message in script.requests[1].messages] == ["Goodbye."]


def test_settings_and_conversation_survive_a_reload(open_page: Any, ask: Any) -> None:
    script = Scripted(["Noted.", "Still here."])
    page = open_page(script)
    page.fill("#system", "You are a parrot.")
    page.fill("#parameter-temperature", "1.5")
    ask("Hello.")
    page.reload()
    page.wait_for_selector("#model:enabled")
    assert answers(page) == ["Noted."]
    ask("And now?")
    last = script.requests[1]
    assert [(message.role, message.content) for message in last.messages] == [
        ("system", "You are a parrot."),
        ("user", "Hello."),
        ("assistant", "Noted."),
        ("user", "And now?"),
    ]
    assert (last.sampling.temperature, last.sampling.max_tokens) == (1.5, 1024)
    page.click("#clear")
    page.wait_for_selector(".welcome")
    page.reload()
    page.wait_for_selector(".welcome .ideas")


def test_a_parameter_outside_its_range_is_marked_and_not_sent(open_page: Any, ask: Any) -> None:
    script = Scripted(["Yes."])
    page = open_page(script)
    page.fill("#parameter-top_k", "51")
    assert page.get_attribute("#parameter-top_k", "aria-invalid") == "true"
    ask("Hello.")
    assert script.requests[0].sampling.top_k is None


def test_reset_brings_the_parameters_back(open_page: Any, ask: Any) -> None:
    script = Scripted(["Yes."])
    page = open_page(script)
    page.fill("#parameter-seed", "7")
    page.click("#reset")
    ask("Hello.")
    assert script.requests[0].sampling.seed is None
    assert page.input_value("#parameter-max_tokens") == "1024"


def test_the_model_is_chosen_by_the_address_and_by_the_list(open_page: Any, ask: Any) -> None:
    first, second = Scripted(["One."]), Scripted(["Two."])
    models = [Served(Card("@cf/a/one", context=4096), first), Served(Card("@cf/b/two", "2023", context=2048), second)]
    page = open_page(models, query="?model=@cf/b/two")
    assert page.input_value("#model") == "@cf/b/two"
    assert "2,048 tokens" in page.inner_text("#limits")
    assert page.locator("#parameters input[type=number]").count() == 1
    ask("Who?")
    page.select_option("#model", "@cf/a/one")
    assert page.url.endswith("?model=@cf/a/one")
    assert "4,096 tokens" in page.inner_text("#limits")
    ask("And you?")
    assert answers(page) == ["Two.", "One."]


def test_an_answer_in_one_piece(open_page: Any, ask: Any) -> None:
    page = open_page(Scripted(["All at once."]))
    page.uncheck("#stream")
    ask("Hello.")
    assert answers(page) == ["All at once."]
    page.click("#tab-raw")
    assert '"success": true' in page.inner_text(".frames") or '"success":true' in page.inner_text(".frames")


def test_an_answer_that_was_cut_says_so_and_can_be_longer(open_page: Any, ask: Any, until: Any) -> None:
    script = Scripted([Reply("Once upon", finish_reason="length", usage=Usage(5, 1024, requests=1)), "Whole."])
    page = open_page(script)
    ask("A story.")
    assert "Cut at max_tokens, 1,024" in page.inner_text(".assistant .foot")
    page.click("button:has-text('Allow more, and retry')")
    until("document.querySelector('.assistant .text')?.innerText === 'Whole.'")
    assert script.requests[1].sampling.max_tokens == 2048


def test_a_conversation_that_is_too_long_says_the_numbers(open_page: Any, ask: Any) -> None:
    text = (
        "The estimated number of input and maximum output tokens (42481) exceeded this model context window "
        "limit (32000)."
    )
    page = open_page(Scripted([ContextOverflowError(text, tokens=42481, limit=32000, status=413, code=5021)]))
    ask("Too long.")
    assert "need 42,481 tokens; its window is 32,000" in page.inner_text(".trouble")
    assert page.get_attribute(".trouble", "role") == "alert"


def test_a_busy_server_can_be_asked_again(open_page: Any, ask: Any) -> None:
    busy = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040, retry_after=3)
    page = open_page(Scripted([busy, "Now."]))
    ask("Hello.")
    assert "The server is busy." in page.inner_text(".trouble")
    page.click("button:has-text('Try again')")
    page.wait_for_selector(".assistant .text")
    assert answers(page) == ["Now."]
    assert page.locator(".trouble").count() == 0


def test_a_server_that_is_gone_is_said(page: Any, serve: Any, open_page: Any, ask: Any) -> None:
    open_page(Scripted(["Yes."]))
    page.route("**/ai/run/**", lambda route: route.abort("connectionrefused"))
    ask("Hello?")
    assert "The server does not answer." in page.inner_text(".trouble")


def test_a_server_with_a_token_asks_for_it(open_page: Any, ask: Any) -> None:
    page = open_page(Scripted(["Welcome."]), token="secret")
    page.wait_for_selector("#access:visible")
    page.fill("#token", "wrong")
    page.press("#token", "Enter")
    page.wait_for_selector(".trouble:has-text('does not know this token')")
    page.fill("#token", "secret")
    page.press("#token", "Enter")
    page.wait_for_selector("#model:enabled")
    ask("Hello.")
    assert answers(page) == ["Welcome."]
    assert page.evaluate("Object.values(localStorage).join()").find("secret") == -1
