"""What is measured of the gateway again and again."""
