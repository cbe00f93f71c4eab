"""Every equation, cost component and emission source, term by term."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.linear")
