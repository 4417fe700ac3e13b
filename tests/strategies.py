from paramcore.testing import *  # noqa: F403
