"""Puts people's sessions into a calendar that they keep elsewhere, moves them there and removes them."""
