"""Measurements that triggers wait for: asked for again and again, judged, and told once for each time they pass."""
