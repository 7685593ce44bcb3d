"""Money at the desk: taken, cancelled, given back, counted, handed over. Each is a movement, and nothing is erased."""
