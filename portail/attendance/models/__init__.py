"""Attendance: who came, when, what an agent decided about what differs from the bookings; and the kitchen's orders."""

from portail.attendance.models.assignments import Assignment
from portail.attendance.models.kitchen import USUAL, AdultMeals, KitchenLine, KitchenOrder
from portail.attendance.models.marks import Mark
from portail.attendance.models.readings import Reading
from portail.attendance.models.settlements import Settlement

__all__ = [
    "USUAL",
    "AdultMeals",
    "Assignment",
    "KitchenLine",
    "KitchenOrder",
    "Mark",
    "Reading",
    "Settlement",
]
