"""What drove the growth of Korea's bio-industry: tables and sentences for the notebook, a module a question."""
