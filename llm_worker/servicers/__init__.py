"""The border to gRPC: convert, delegate, convert."""
