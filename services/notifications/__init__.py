"""The voice: alerts the state coordination, delivers, keeps acknowledgements."""
