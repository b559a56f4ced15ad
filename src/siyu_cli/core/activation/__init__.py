"""Activation: from joining to the first order, from the first to the second, and what goes with them."""
