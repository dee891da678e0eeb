"""English, a file a page."""

from dashboard.text.en import alignment, beam, common, home, kinds, live, step, training

TEXT = common.TEXT | home.TEXT | step.TEXT | alignment.TEXT | beam.TEXT | kinds.TEXT | training.TEXT | live.TEXT
