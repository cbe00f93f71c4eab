"""What holds for every optimum."""
