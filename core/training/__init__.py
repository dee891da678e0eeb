"""Training: a generator of events, recipes that rerun, regimes and schedules."""
