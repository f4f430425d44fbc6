"""Who comes: places, registering, the waiting list, and what people are told of it."""
