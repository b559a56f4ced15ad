"""The shop's settings: what they are, where each value comes from, what is wrong with one."""
