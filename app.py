"""Serves the playground: `python app.py`, from any folder. The same as `python -m playground serve`."""

from playground.__main__ import alone

if __name__ == "__main__":
    alone()
