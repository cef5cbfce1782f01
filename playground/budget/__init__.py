"""What model calls may cost, reserved before each of them and settled after."""
