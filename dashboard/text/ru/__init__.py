"""Русский, a file a page."""

from dashboard.text.ru import (
    alignment,
    beam,
    bottleneck,
    common,
    home,
    kinds,
    live,
    models,
    order,
    step,
    swap,
    training,
)

TEXT = common.TEXT | home.TEXT | step.TEXT | alignment.TEXT | beam.TEXT | kinds.TEXT | training.TEXT | live.TEXT
TEXT |= bottleneck.TEXT | order.TEXT | swap.TEXT | models.TEXT
