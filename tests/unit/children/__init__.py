"""Small real child processes for the tests of links and supervision."""
