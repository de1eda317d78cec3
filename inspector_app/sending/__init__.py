"""Verdicts and reviews for other systems: as JSON files in a folder, or through an MQTT broker. Both off by default."""
