"""The command line on a database in which all three services kept something."""
