"""What we are made of: known weaknesses of our packages, and the bill of materials."""
