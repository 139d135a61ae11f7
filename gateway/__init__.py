"""The flows that span services. Owns no data, calls no model."""
