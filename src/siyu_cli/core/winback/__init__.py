"""Winning back: who comes back by themselves after so long a silence, and up to which silence a message can pay."""
