"""The process that holds a local model: `python child.py GGUF NAME`, with the key as the first line of stdin.

A process of its own because the native code may die (a CPU without AVX2 raises SIGILL), holds the GIL while it
loads, and can hang on an orderly exit. It prints one JSON line, `{"url"}` or `{"error"}`, serves until stdin closes,
and so never outlives its parent. It imports nothing of the project, to start fast.
"""

import importlib
import json
import os
import sys
from typing import Any, NoReturn

SLOTS = 4
SLOT_TOKENS = 4096


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _private_stdout() -> int:
    """Keeps stdout for our one line; whatever the native code prints goes to stderr."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return kept


def _say(stdout: int, **message: str) -> None:
    os.write(stdout, (json.dumps(message) + "\n").encode())


def _server(path: str, name: str, key: str) -> Any:
    """Starts serving. Raises ImportError, or RuntimeError when the file cannot be loaded."""
    xllamacpp: Any = importlib.import_module("xllamacpp")
    cores = _cores()
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.model_alias = {name}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * SLOT_TOKENS
    # One core stays free: OpenMP spins at barriers, and on a full machine two threads are slower than one.
    params.cpuparams.n_threads = max(1, min(cores - 1, 6))
    params.cpuparams_batch.n_threads = max(1, min(cores, 8))
    params.use_jinja = True
    params.ui = False
    params.endpoint_props = False
    params.endpoint_slots = True
    params.cors_origins = "http://127.0.0.1"
    params.api_keys = [key]
    return xllamacpp.Server(params)


def main(path: str, name: str) -> NoReturn:
    """Serves until stdin closes. Leaves with `os._exit`: an orderly exit waits for native threads that may hang."""
    stdout = _private_stdout()
    key = sys.stdin.readline().strip()
    try:
        server = _server(path, name, key)
    except (ImportError, RuntimeError) as error:
        _say(stdout, error=type(error).__name__)
        os._exit(1)
    _say(stdout, url=server.listening_address)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
