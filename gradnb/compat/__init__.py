"""The way to `v1`, under the name that it has in TensorFlow 2."""

from gradnb.compat import v1 as v1
