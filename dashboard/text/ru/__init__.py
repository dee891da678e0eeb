"""Русский, a file a page."""

from dashboard.text.ru import alignment, beam, common, home, live, step, training

TEXT = common.TEXT | home.TEXT | step.TEXT | alignment.TEXT | beam.TEXT | training.TEXT | live.TEXT
