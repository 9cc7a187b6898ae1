"""The contract from the service's side; pure translation, no I/O.

In: a body becomes an `Asked`, or is refused in the documented words. Out: deltas become results and frames, errors
become bodies. `run` is Workers AI's own shape, `chat` the chat-completions shape.
"""
