"""A shop's week, unattended: a playbook's steps one after the other, each at most once where it reaches people."""
