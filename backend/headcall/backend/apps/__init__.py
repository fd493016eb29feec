# SPDX-License-Identifier: Apache-2.0
"""What a caller hears while nobody talks: small coroutines over a few verbs."""
