"""Lists of messages, threads, texts and tellings; importing them registers them."""

from conversations.listings import telling, threads

__all__ = ["telling", "threads"]
