"""What happened to an industry, such as Gwangju’s photonics: tables and sentences, a module a question."""
