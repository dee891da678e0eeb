"""What is trained on what: recipes, their text, and the way from a recipe to a model folder."""
