"""What ./run does once the wheels are there: prepare, start, watch, stop."""
