"""The command `help`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.cli.exit_codes import FINE
from paramcore.cli.help_topics import TOPIC_TEXTS
from paramcore.cli.options import COMMANDS, TOPICS
from paramcore.cli.output import Pieces
from paramcore.cli.parser import make_parser, reject_name


def help(options: Namespace) -> Pieces:  # noqa: A001  (the name of the command)
    """Explain a command or a topic."""
    topic = options.topic
    if topic in TOPICS:
        yield TOPIC_TEXTS[topic]
        return FINE
    if topic is not None and topic not in COMMANDS:
        topics = ", ".join(TOPICS)
        reject_name("topic", topic, [*TOPICS, *COMMANDS], f"name a command, or one of the topics {topics}")
    # argparse prints the help and exits.
    make_parser(topic).parse_args([*([] if topic is None else [topic]), "--help"])
    return FINE
