"""What every room stands on: operations, policy, journal, work. Imports no room above it."""
