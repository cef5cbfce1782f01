"""From Gradio's calls to the handlers: who asks, and what was clicked."""

from playground.ui.doors.lanes import LaneDoors
from playground.ui.doors.strip import StripDoors
from playground.ui.doors.talk import TalkDoors


class Doors(StripDoors, TalkDoors, LaneDoors):
    """Every door of the page."""
