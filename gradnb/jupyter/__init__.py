"""The notebook side: the only place that knows IPython and ipywidgets."""
