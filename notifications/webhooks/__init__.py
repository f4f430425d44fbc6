"""What other systems of the organisation are told: an outbox of its own, sent as signed HTTPS requests."""
