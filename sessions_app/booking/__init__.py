"""Booking a session, holding a slot, and changing a booking until it is over; who is told of it."""
