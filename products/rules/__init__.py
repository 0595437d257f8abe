"""Pure decisions about articles."""
