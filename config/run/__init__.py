"""Running Jenjang on one machine: embedded PostgreSQL and Valkey, the demo and the tests.

Nothing here is used in production, where the servers come from outside and are named by
DATABASE_URL, OWNER_DATABASE_URL and REDIS_URL.
"""
