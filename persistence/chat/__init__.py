"""Conversations, their messages, and the generations that answer them."""
