"""The runtime of a peer: what makes a process one of the mesh."""
