"""Pure decisions: values in, decision out; nothing of Django."""
