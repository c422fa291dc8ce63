"""PostgreSQL and Valkey out of wheels, for one machine; `keeper` runs them."""
