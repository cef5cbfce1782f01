"""A run that pauses: what its readers see of that, and what is kept until it goes on."""

from dataclasses import replace

from agents import RunResultStreaming
from chatkit.types import ThreadItemDoneEvent

from playground.runs.coalesce import Coalescer
from playground.runs.live import LiveRun
from playground.runs.paused import Paused, paused
from playground.runs.translate import Translator


def park(run: LiveRun, outlet: Coalescer, translator: Translator, result: RunResultStreaming) -> Paused:
    """Say that the run waits, and put the first thing that it asks of the visitor's UI before him.

    An item that is before the visitor stands behind all that was done; so the workflow is ended for him. One that waits
    for approvals alone stays open. Raises AgentError if the agent's state cannot be kept.
    """
    kept, asking = paused(result, run.order.thread_id).next()
    activity = translator.pause(kept.asks)
    if activity is not None and asking is not None:
        activity.shut()
    if asking is not None:
        outlet.emit(ThreadItemDoneEvent(item=asking))
    elif activity is not None and not activity.ended:
        outlet.flush()
        run.keep(activity.item, activity.model_input)
    return replace(kept, activity=activity.kept() if activity is not None else None)
