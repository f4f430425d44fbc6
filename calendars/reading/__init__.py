"""Reads a calendar file into busy times. Pure: no database, no network, no clock, no settings."""
