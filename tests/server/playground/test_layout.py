"""The page on phones and desktops, in light and dark."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.runners.scripted import Scripted, call


@pytest.mark.parametrize("width", [320, 390, 820, 1024, 1440])
def test_nothing_is_wider_than_the_screen(open_page: Any, ask: Any, width: int) -> None:
    page = open_page(
        Scripted([call("calculate", expression="1 + " * 60 + "1"), "x" * 300 + "\n\n```\n" + "y" * 300 + "\n```"])
    )
    page.set_viewport_size({"width": width, "height": 800})
    ask("Much.")
    panes = [item for item in ("chat", "settings", "run") if page.is_visible(f".panes [data-pane={item}]")]
    for pane in panes or ["chat"]:
        if panes:
            page.click(f".panes [data-pane={pane}]")
        wide = page.evaluate("""() => [...document.querySelectorAll('body *')]
            .filter(node => node.checkVisibility() && !node.closest('pre, .unseen, .track, .top h1'))
            .filter(node => node.getBoundingClientRect().right > innerWidth + 1)
            .map(node => node.className || node.tagName)""")
        assert wide == []


def test_a_phone_shows_one_part_at_a_time(open_page: Any) -> None:
    page = open_page(Scripted([]))
    page.set_viewport_size({"width": 390, "height": 844})
    for pane in ("settings", "run", "chat"):
        page.click(f".panes [data-pane={pane}]")
        assert [item for item in ("chat", "settings", "run") if page.is_visible(f"#{item}")] == [pane]
        assert page.get_attribute(f".panes [data-pane={pane}]", "aria-pressed") == "true"


def test_the_theme_follows_the_system_until_it_is_switched(open_page: Any) -> None:
    page = open_page(Scripted([]))
    ground = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(ground)
    assert light != dark
    page.click("#theme")
    assert page.evaluate(ground) == light
    page.click("#theme")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == dark
    page.reload()
    assert page.evaluate(ground) == dark


def test_everything_that_can_be_operated_has_a_name_and_shows_its_focus(open_page: Any, ask: Any) -> None:
    page = open_page(Scripted([call("calculate", expression="1"), "One."]))
    ask("One?")
    nameless = page.evaluate("""() => [...document.querySelectorAll('button, input, select, textarea, summary')]
        .filter(node => node.checkVisibility())
        .filter(node => !(node.innerText || node.ariaLabel || node.labels?.[0]?.textContent || '').trim())
        .map(node => node.id || node.className)""")
    assert nameless == []
    seen = []
    page.click("h1")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
        outlined = page.evaluate("""() => {
            const node = document.activeElement.closest('.composer') || document.activeElement;
            return getComputedStyle(node).outlineStyle !== 'none'; }""")
        assert outlined, seen[-1]
    assert seen.index("model") < seen.index("system") < seen.index("prompt") < seen.index("tab-timeline")


def test_the_page_itself_never_scrolls(open_page: Any) -> None:
    page = open_page(Scripted([]))
    page.set_viewport_size({"width": 1024, "height": 600})
    page.evaluate("document.querySelector('#version').scrollIntoView()")
    page.evaluate("scrollTo(0, 500)")
    assert page.evaluate("document.querySelector('.top').getBoundingClientRect().top") == 0
