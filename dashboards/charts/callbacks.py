"""What the browser may ask the chart for: the one list that registers callbacks, and that the guard holds requests against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import Input, Output


@dataclass(frozen=True, slots=True)
class Callback:
    """output and inputs: components with their property, such as `address.pathname`."""

    output: str
    inputs: tuple[str, ...]

    def as_output(self) -> Output:
        return Output(*_parts(self.output))

    def as_inputs(self) -> list[Input]:
        return [Input(*_parts(name)) for name in self.inputs]

    def problem_of(self, body: dict[str, Any]) -> str:
        """What a request for this callback has that it must not, or lacks; empty when it is as the chart package sends it."""
        if unknown := set(body) - {"output", "outputs", "inputs", "changedPropIds", "parsedChangedPropsIds", "state"}:
            return f"unknown parts: {', '.join(sorted(unknown))[:100]}"
        if body.get("state"):
            return "this callback has no state"
        if body.get("outputs") != dict(zip(("id", "property"), _parts(self.output), strict=True)):
            return "outputs must be that of the callback"
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or [_name(item) for item in inputs] != list(self.inputs):
            return "inputs must be those of the callback"
        for part in ("changedPropIds", "parsedChangedPropsIds"):
            changed = body.get(part, [])
            if not isinstance(changed, list) or not all(isinstance(name, str) and name in self.inputs for name in changed):
                return f"{part} must name inputs"
        return ""


def _parts(name: str) -> tuple[str, str]:
    component, prop = name.split(".")
    return component, prop


def _name(item: object) -> str:
    """`address.search` of an input as it is sent; empty when it is none."""
    if not isinstance(item, dict) or set(item) - {"id", "property", "value"}:
        return ""
    return f"{item.get('id')}.{item.get('property')}"


DRAWING = Callback("drawing.data", ("address.pathname", "address.search"))
CALLBACKS = {callback.output: callback for callback in (DRAWING,)}
