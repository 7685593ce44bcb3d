"""Attendance: who came, when, and what an agent decided about what differs from the bookings."""

from portail.attendance.models.assignments import Assignment
from portail.attendance.models.marks import Mark
from portail.attendance.models.readings import Reading
from portail.attendance.models.settlements import Settlement

__all__ = ["Assignment", "Mark", "Reading", "Settlement"]
