"""What `make run` and `make test` need before anything is installed. Standard library only, imports nothing of ours."""
