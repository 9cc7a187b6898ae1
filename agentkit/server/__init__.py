"""A server for model runners and agents: the documented Workers AI contract, and chat completions."""
