"""What sets a segment apart: how its members differ from the others, by how much, and how sure that is."""
