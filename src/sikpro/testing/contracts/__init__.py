"""The contract suite of every port: who writes an adapter of their own proves it with the same tests as ours.

A suite is a class; a subclass named `Test…` with the fixture that it needs runs it. `store.StoreContract` is all that a
whole store promises. `pip install 'sikpro[testing]'` brings what they need.
"""

from pkgutil import iter_modules

import pytest

pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))
