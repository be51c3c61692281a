"""The administrator's rooms: they configure and see no documents."""
