"""Another name for gradnb itself: ``import gradnb.compat.v1 as tf`` gives what ``import gradnb as tf`` gives."""

import sys

sys.modules[__name__] = sys.modules["gradnb"]
