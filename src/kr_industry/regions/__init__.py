"""Which province chose which technology: the coding, and tables and sentences for the notebook, a module a question."""
