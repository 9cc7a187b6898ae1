"""What every prompt of a decision starts with: a few requests, the tool that each is for, and its call.

It is the same text for all tools and requests, so the model reads it once, and keeps it.
"""

from __future__ import annotations

SHOTS = """\
Tool: write_diary(entry: string, day: date) - Write an entry into the diary.
Request: put into my diary that I have to feed the dog today
Call: {"entry":"feed the dog","day":"2024-02-29"}

Tool: none
Request: Hello, nice to meet you!

Tool: measure_room(width: number, length: number) - Work out the floor space of a room.
Request: My bedroom is 4.5 by 3 metres. How big is it?
Call: {"width":4.5,"length":3}

Tool: none
Request: Who invented the telephone?

Tool: find_book(title: string, author: string = none) - Search the library for a book.
Request: Do you have Emma by Jane Austen?
Call: {"title":"Emma","author":"Jane Austen"}

Tool: none
Request: Thanks, that was all.

"""


def before_request(tool: str) -> str:
    """A prompt after which the request follows.

    Args:
        tool: The signature of a tool, or `none`.
    """
    return f"{SHOTS}Tool: {tool}\nRequest:"


def before_call(tool: str, request: str) -> str:
    """A prompt after which the arguments follow."""
    return f"{before_request(tool)} {request}\nCall: "
