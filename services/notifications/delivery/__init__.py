"""Speaks outward: channels say whether a failure may be tried again, the dispatcher tries."""
