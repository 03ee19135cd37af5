"""What is remembered, in a PostgreSQL server with pgvector that several hubs may share."""
