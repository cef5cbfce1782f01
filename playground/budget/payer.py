"""For whom a model is asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose budgets a call touches, and on which model it is made. `own_key` where the visitor pays."""

    visitor_id: str
    link_id: str | None
    run_id: str | None
    model: str
    own_key: bool = False
