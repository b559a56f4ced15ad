"""Who may be leaving, how likely, and what that would cost."""
