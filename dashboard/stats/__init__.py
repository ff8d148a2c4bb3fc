"""Pure statistics: counts and plain values in, frozen results out; no clock, file or global state."""
