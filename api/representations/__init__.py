"""What the API's resources look like from outside: JSON with camelCase names, units in the names, times in UTC."""
