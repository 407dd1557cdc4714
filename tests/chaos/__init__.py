"""Killed, cut, paused, wiped: what was accepted counts once, and every crossing alerts once."""
