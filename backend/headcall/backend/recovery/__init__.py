# SPDX-License-Identifier: Apache-2.0
"""Going on after a process died: the log says what was, the nodes say what is."""
