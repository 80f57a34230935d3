"""What happened to the photonics industry of Gwangju: tables and sentences for the notebook, a module a question."""
