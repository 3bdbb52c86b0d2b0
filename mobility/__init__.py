"""Ways in without a queue: upload, mail, guests, set-up profiles for each system."""
