"""Against TensorFlow itself, where it is installed: the same question, asked in a process of its own."""
