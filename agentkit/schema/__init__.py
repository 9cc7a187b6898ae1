"""Signatures as JSON Schema, and arguments as typed values."""

from .parameters import ArgumentsError, Parameters

__all__ = ["ArgumentsError", "Parameters"]
