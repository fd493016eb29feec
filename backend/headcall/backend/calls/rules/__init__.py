# SPDX-License-Identifier: Apache-2.0
"""What happens to a call when something is heard or asked. Pure: a call and an input go in, events come out."""
