# SPDX-License-Identifier: Apache-2.0
"""How long the parsers are fed with noise: a little in every test run, much more by `./headcall fuzz`."""

from hypothesis import HealthCheck, settings

# A shared machine with two cores makes single examples slow now and then; that is no fault of the code.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", parent=settings.get_profile("house"), max_examples=3000)
settings.load_profile("house")
