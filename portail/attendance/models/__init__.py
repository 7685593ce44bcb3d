"""Attendance: who came, when, and what the kitchen was asked for."""
