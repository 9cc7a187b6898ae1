"""Plays the conversations of a module: `python play.py MODULE`.

Each line of the input is [CONVERSATION, ORIGIN, MODEL], each line of the output what came back. It runs where the
packages of that module are, and agentkit is not.
"""

import contextlib
import importlib
import json
import sys
import traceback

answers = sys.stdout
with contextlib.redirect_stdout(sys.stderr):  # what the packages have to say
    conversations = importlib.import_module(sys.argv[1])
    for line in sys.stdin:
        conversation, origin, model = json.loads(line)
        try:
            answer = {"played": getattr(conversations, conversation)(origin, model)}
        except Exception:
            answer = {"failed": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)
