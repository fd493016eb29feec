# SPDX-License-Identifier: Apache-2.0
"""What a person is reached by: SIP accounts and the softphone of a browser tab."""
