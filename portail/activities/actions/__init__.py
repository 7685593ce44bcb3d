"""What the town hall does to its activities, by noun: structure, years, calendar, sessions, closings, regulation."""
