"""The contracts themselves: what every one of them must keep."""
