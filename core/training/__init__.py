"""Training: a generator of events, and what surrounds it: recipes that rerun, regimes, schedules, texts, processes."""
