"""No words of the libraries between the figures."""

from __future__ import annotations

import logging
import warnings

from transformers.utils import logging as own


def quiet() -> None:
    """Hear errors only, and no progress of loading."""
    warnings.filterwarnings("ignore")
    own.set_verbosity_error()
    own.disable_progress_bar()
    for name in ("torchao", "torch.utils._pytree"):
        logging.getLogger(name).setLevel(logging.ERROR)
