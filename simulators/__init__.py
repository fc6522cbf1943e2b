"""A town, its sensors and its people, speaking the same MQTT and HTTP as the real ones."""
