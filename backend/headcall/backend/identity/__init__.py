# SPDX-License-Identifier: Apache-2.0
"""How people prove who they are beyond a password: second factor, company log-in (OIDC), keys for programs."""
