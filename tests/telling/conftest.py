"""What tests of telling share."""

import pytest

from tests import factories as make


@pytest.fixture
def ana(db):
    return make.rep("Ana")
