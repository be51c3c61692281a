"""Templates of cycles, and the change of a cycle that was made from one."""
