"""How far readings, sensors and reported emptyings can be trusted, from the readings themselves."""
