"""Decides what an alert is, who wants it and when it is sent again; pure, no input or output."""
