"""The runtime of a peer: what makes a process one of the mesh."""

import os

# gRPC's core otherwise remarks on connections on standard error, not as JSON. It reads
# this when it is first imported; an operator's own choice stands.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
# A child of ours becomes another program; fork handlers could only abort in it.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
