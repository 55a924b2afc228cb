"""Running the installation: supervisor, clock, health. Must never know a rule of tendering."""
