"""The pages at `/ui`: server-rendered, live by events, every action a plain form that works without script."""
