"""What the planner is told and what it answers."""
