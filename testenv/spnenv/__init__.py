# SPDX-License-Identifier: GPL-3.0-or-later
"""Throw-away Samba domain controllers for tests; see testenv/README.md."""
