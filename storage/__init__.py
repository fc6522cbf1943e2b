"""The only SQL and the only psycopg: pool, migrations, one module per aggregate with typed functions."""
