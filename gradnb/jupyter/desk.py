"""What the controls of one panel share: whom they tell, their language, their ranges, their looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import ipywidgets as widgets
from ipywidgets.widgets.widget_bool import CheckboxStyle
from ipywidgets.widgets.widget_string import TextStyle

from gradnb.jupyter.number_entry import Bounds
from gradnb.messages import text


@dataclass(frozen=True)
class Desk:
    """What the controls of one panel share.

    Attributes
    ----------
    changed : callable
        Told the name of a control after a person has changed it.
    language : str
        ``en`` or ``zh``.
    ranges : Mapping of str to Bounds
        Where numbers may go, by the name of an array or of one of its elements.
    """

    changed: Callable[[str], None]
    language: str = "en"
    ranges: Mapping[str, Bounds] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Return a message about controls."""
        return text(f"controls.{key}", self.language, **values)

    # Every widget has a layout and a style that travel as widgets of their own: sharing them halves what is sent.

    @cached_property
    def layout(self) -> widgets.Layout:
        """The layout of widgets that the style sheet lays out."""
        return widgets.Layout(width="auto", margin="0")

    @cached_property
    def field_style(self) -> TextStyle:
        """The style of number fields."""
        return TextStyle(description_width="auto")

    @cached_property
    def slider_style(self) -> widgets.SliderStyle:
        """The style of sliders."""
        return widgets.SliderStyle()

    @cached_property
    def box_style(self) -> CheckboxStyle:
        """The style of check boxes."""
        return CheckboxStyle(description_width="0")

    def check_box(self, ticked: bool, description: str) -> widgets.Checkbox:
        """Return a check box with its words beside it."""
        return widgets.Checkbox(ticked, description=description, indent=False, layout=self.layout, style=self.box_style)
