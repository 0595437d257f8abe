"""Whether a text of ours ends the wait of a buyer who wrote. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass

#: What a text of the house is to a buyer who waits (the words of ``conversations.choices.Answers``).
ALWAYS, PERSON, NEVER = "always", "person", "never"


@dataclass(frozen=True)
class Sent:
    """A text that goes out: who sends it, whether the words are the person's own, and what the text of the house is."""

    by_person: bool
    own_words: bool = False
    answers: str = PERSON


def ends_waiting(sent: Sent) -> bool:
    """Only an answer ends the wait: words a person wrote, a text of the house that a person chose, or a text that answers the
    buyer's question whoever sends it. A greeting, a notice or an advertisement is none, also when a person presses the button.
    """
    if sent.by_person and sent.own_words:
        return True
    return sent.answers == ALWAYS or (sent.by_person and sent.answers == PERSON)


def same_words(one: str, other: str) -> bool:
    """Whether two texts read the same: blanks and line ends do not count."""
    return one.split() == other.split()
