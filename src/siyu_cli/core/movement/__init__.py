"""Movement: who went from which stage to which between two dates, both looked at with what is known today."""
