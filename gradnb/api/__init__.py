"""TensorFlow's namespaces, each a module that only names what the engine has."""
