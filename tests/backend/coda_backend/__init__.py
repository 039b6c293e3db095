"""A stand-in for the voice assistant Coda: its WebSocket protocol, a scripted assistant, and faults on demand."""
