"""MQTT in, observations stored."""
