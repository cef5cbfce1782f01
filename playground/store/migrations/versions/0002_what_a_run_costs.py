"""What a run costs, what was left out for its model, and how it goes on after an approval."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = (
    sa.Column("cost_nano_usd", sa.BigInteger(), nullable=True),
    sa.Column("notes", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("paused", sa.JSON(none_as_null=True), nullable=True),
)


def upgrade() -> None:
    """Apply the step."""
    for column in COLUMNS:
        op.add_column("run", column)
