"""Needle 3: a small model that is made for calling tools, and writes no prose."""
