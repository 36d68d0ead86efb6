"""Webhooks: other programs are told what happens to incidents, signed, in order, until they have heard it."""
