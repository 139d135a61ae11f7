"""The edge: Envoy's configuration and what fills it in. Start with its README."""
