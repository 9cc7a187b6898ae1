"""What the libraries print while a model is loaded, and nobody needs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

TALKATIVE = ("torchao", "torch.utils._pytree", "transformers")
"""Loggers that warn of what is not the user's to mend, or of what is raised as an error, too."""


@contextmanager
def quietly() -> Iterator[None]:
    """Hold back warnings of no use, and progress bars where no terminal shows them."""
    from transformers.utils import logging as library

    loggers = [logging.getLogger(name) for name in TALKATIVE]
    levels = [logger.level for logger in loggers]
    bars = library.is_progress_bar_enabled()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    if not sys.stderr.isatty():
        library.disable_progress_bar()
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if bars:
            library.enable_progress_bar()
