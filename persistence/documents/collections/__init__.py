"""Documents put together under names."""
