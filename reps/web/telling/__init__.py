"""How I am told: kinds of news by channel, quiet hours, where I am reached, the morning summary, sound."""
