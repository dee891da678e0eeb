"""Language models, which continue a text as `StepModel`s, and what gives words vectors; they see ids alone."""
