"""Everything that can be done on the board, by the name that the browser gives it."""

from collections.abc import Mapping

import orjson
from pydantic import ValidationError

from playground import wire
from playground.errors import Malformed
from playground.ui.handlers import judging, lanes, scripts, talking, using
from playground.ui.handlers.caller import Acts, Caller
from playground.ui.state import Shown

ACTS: Acts = {**lanes.ACTS, **talking.ACTS, **scripts.ACTS, **judging.ACTS, **using.ACTS}

FIELDS = frozenset({"act", *(field for form, _ in ACTS.values() for field in form.model_fields)})
"""What an act may say."""


async def perform(caller: Caller, said: Mapping[str, object]) -> Shown:
    """Does what was clicked, and wakes the pages that look at the tab.

    Raises:
        Malformed: there is no such act, or it does not say what it has to.
        VisitorError: as the act itself.
    """
    name = said.get("act")
    if not isinstance(name, str) or name not in ACTS:
        raise Malformed("That cannot be done here. Please reload the page.")
    form, handle = ACTS[name]
    try:
        read = form.model_validate_json(orjson.dumps(wire.clean(dict(said))))
    except TypeError:  # numbers that no browser sends
        raise Malformed("That cannot be done: a number is too large.") from None
    except ValidationError as error:
        wrong = ", ".join(dict.fromkeys(".".join(map(str, part["loc"])) for part in error.errors()))
        raise Malformed("That cannot be done: {what} is missing or odd.", what=wrong or "what was asked for") from None
    shown = await handle(caller, read)
    caller.desk.bell.ring(read.tab)
    return shown
