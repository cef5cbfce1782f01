"""Downloads a file of a public repository: `python hub.py REPOSITORY FILE FOLDER`. A process, so it can be killed."""

import importlib
import sys
from typing import Any


def main(repository: str, file: str, folder: str) -> None:
    """Puts `file` into `folder`, without sending a token even if the machine holds one."""
    hub: Any = importlib.import_module("huggingface_hub")
    hub.hf_hub_download(repository, file, local_dir=folder, token=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
