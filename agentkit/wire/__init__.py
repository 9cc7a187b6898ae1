"""Pure translation between agentkit's words and what model servers speak; no I/O.

Out, strict: `requests` (bodies) by the rows of `dialects`. In, forgiving: `sse` (bytes to frames), `replies` (frames to
deltas, with `calls`, `usage` and `ids`) and `errors` (error bodies to our classes). `history` finds what is wrong with
anyone's conversation, and mends it.
"""
