# SPDX-License-Identifier: Apache-2.0
"""All the I/O of the bridge: sockets, the clock, the disk. The only place where octets move."""
