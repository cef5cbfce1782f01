"""The page's way in: a ChatKit client in process, one per visitor."""

from playground.client.client import Client, Feedback, Numbered, Sent
from playground.client.forks import Forked
from playground.protocol.view import ThreadView

__all__ = ["Client", "Feedback", "Forked", "Numbered", "Sent", "ThreadView"]
