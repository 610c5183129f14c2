"""The NumPy engine: graphs, sessions and gradients as TensorFlow 1 has them."""
