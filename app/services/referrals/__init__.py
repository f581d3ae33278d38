"""Referrals between units: send, answer, carry through, end."""
