"""What waiting work says of the work it waits for."""
