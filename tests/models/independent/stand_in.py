"""`python -m tests.models.independent.stand_in`: llmock on a free port of the loopback, without a network."""

import os
import sys

from llmock.testing import LLMockServer

from tests.network import refused


def main() -> None:
    """Serves until stdin closes. It does not wait for the streams that it stalls."""
    with refused():
        print(LLMockServer().start().url, flush=True)  # noqa: T201 - its one line is how it is found
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    main()
