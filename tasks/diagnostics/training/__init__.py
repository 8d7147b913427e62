"""How the models of the zoo are made: recipes, what they are taught, the training loop, scores with chance levels."""
