"""The REST door: authentication, errors, idempotency, resources. See docs/house.md."""
