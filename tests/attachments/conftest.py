"""The playground and the visitor of the protocol's tests."""

from tests.protocol.conftest import ann, each_house, house

__all__ = ["ann", "each_house", "house"]
