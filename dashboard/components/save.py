"""Buttons that save a picture as PNG or SVG: the browser makes the file, the server writes nothing."""

from dashboard.components import chosen_labels, component

LABELS = ("save", "save_failed")
COMPONENT = component("save")


def save(picture: str, file: str, labels: dict[str, str]) -> None:
    """Save the picture that was drawn with the key `picture`, under a file name without its ending."""
    data = {"picture": picture, "file": file, "labels": chosen_labels("save buttons", LABELS, labels)}
    COMPONENT(key=f"save_{picture}", data=data)
